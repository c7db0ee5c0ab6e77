import { expect, test } from '@jest/globals';
import { parseSchedule, rateAt } from '@vm-tools/ratelimit';
import { Bandwidth } from './bandwidth.ts';

function limits(host: string, peer: string, transfer: string) {
  return { host: parseSchedule(host), peer: parseSchedule(peer), transfer: parseSchedule(transfer) };
}

const MIB = 2 ** 20;

test('sessions of a peer share its limit, and all share that of the host', () => {
  using bandwidth = new Bandwidth(limits('100M', '50M', '20M'));
  using first = bandwidth.enter('a');
  using second = bandwidth.enter('a');
  using other = bandwidth.enter('b');
  expect(second.limiter).toBe(first.limiter);
  expect(other.limiter).not.toBe(first.limiter);
  expect([first.limiter.rate, other.limiter.rate]).toEqual([50 * MIB, 50 * MIB]);
  expect(rateAt(first.rate, 0)).toBe(20 * MIB);
});

test('a limit that holds on no level costs nothing', () => {
  using bandwidth = new Bandwidth(limits('off', 'off', 'off'));
  using session = bandwidth.enter('a');
  expect(session.limiter.burst).toBe(Infinity);
});

test('a change reaches those that are there, each by what has changed', async () => {
  using bandwidth = new Bandwidth(limits('off', '50M', '20M'));
  using session = bandwidth.enter('a');
  const heard: unknown[] = [];
  const { promise: result, resolve } = Promise.withResolvers<undefined>();
  bandwidth.hold({ result, setRate: (rate) => heard.push(rate) });

  bandwidth.change(limits('off', '10M', '20M'));
  expect([session.limiter.rate, heard]).toEqual([10 * MIB, []]);
  expect(session.limiter.burst).toBe(MIB); // a tenth of a second
  bandwidth.change(limits('1M', '10M', '5M'));
  expect(heard).toEqual([parseSchedule('5M')]);
  expect(session.limiter.burst).toBeLessThan(MIB);

  resolve(undefined);
  await result;
  bandwidth.change(limits('1M', '10M', 'off'));
  expect(heard).toHaveLength(1);
});

test('a peer whose sessions have all ended begins anew', () => {
  using bandwidth = new Bandwidth(limits('off', '50M', 'off'));
  const first = bandwidth.enter('a');
  {
    using second = bandwidth.enter('a');
    first[Symbol.dispose]();
    expect(second.limiter).toBe(first.limiter);
  }
  using again = bandwidth.enter('a');
  expect(again.limiter).not.toBe(first.limiter);
});
