import { Writable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { createSimulatedHost, type SimulatedHost } from '@vm-tools/xen-sim';
import { createDomain } from '../../actions/create-domain.ts';
import { failure } from '../../testing/failure.ts';
import { sampleConfig } from '../../testing/sample-config.ts';
import { domainSource } from '../../transfer/source/source.ts';
import { throttleByCap } from './throttle.ts';

const BUSY = { cmdline: 'sim.dirty=100M/s sim.set=1M', memoryKib: 8192, maxMemoryKib: 8192, vcpus: 2 };

const capOf = ({ machine }: SimulatedHost): number | undefined => machine.domains.get(1)?.capPercent;

/** Takes 64 KiB a millisecond. */
const slowSink = (): Writable =>
  new Writable({
    highWaterMark: 1,
    write: (chunk: Buffer, _encoding, done) => void setTimeout(done, chunk.length / 65536),
  });

test('the cap of a guest is lowered, and put back as it was', async () => {
  await using host = await createSimulatedHost();
  const domain = await createDomain(host, sampleConfig(host, BUSY));
  await host.xen.domainSetCap(1, 150);
  const before = await host.snapshot();
  const throttle = throttleByCap(host, domain, domain);
  await throttle.slowTo(0.2);
  expect([throttle.pace, capOf(host)]).toEqual([0.2, 30]);
  await throttle.slowTo(0.1);
  expect([throttle.pace, capOf(host)]).toEqual([0.1, 15]);
  await throttle.release();
  await throttle.release();
  expect([throttle.pace, capOf(host)]).toEqual([1, 150]);
  expect(await host.snapshot()).toEqual(before);
});

test('a save that is given up while the guest is slowed down lets it run as before', async () => {
  await using host = await createSimulatedHost();
  const domain = await createDomain(host, sampleConfig(host, BUSY));
  const before = await host.snapshot();
  const abort = new AbortController();
  const caps: (number | undefined)[] = [];
  const source = domainSource(host, domain, {
    budget: {
      maxDowntimeMs: 1,
      overheadMs: 0,
      onNoConvergence: 'throttle',
      onVerdict: () => {
        caps.push(capOf(host));
        if (capOf(host) !== 0) abort.abort();
      },
    },
  });
  const save = source.save(slowSink(), { signal: abort.signal, onProgress: () => undefined });
  expect(await failure(save)).toMatchObject({ kind: 'interrupted', guest: { state: 'still running here' } });
  expect(caps.at(-1)).toBe(160);
  expect(capOf(host)).toBe(0);
  expect(await host.snapshot()).toEqual(before);
});
