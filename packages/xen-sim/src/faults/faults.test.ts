import { describe, expect, test } from '@jest/globals';
import { ManualClock } from '@vm-tools/ratelimit';
import fc from 'fast-check';
import { Faults } from './faults.ts';
import { faultRuleSchema, matchesCall } from './rule.ts';

const failed = { details: { call: 'xc_domain_pause', errnoName: 'EBUSY', domid: 3 } };

describe('Faults', () => {
  test('fails the n-th call and as many after it as the rule says', async () => {
    const faults = new Faults();
    faults.add({ call: 'domainPause', nth: 2, times: 2, errno: 'EBUSY' });
    await faults.before('domainPause', 3);
    await faults.before('domainUnpause', 3);
    await expect(faults.before('domainPause', 3)).rejects.toMatchObject(failed);
    await expect(faults.before('domainPause', 3)).rejects.toMatchObject(failed);
    await faults.before('domainPause', 3);
    expect(faults.calls.get('domainPause')).toBe(4);
  });

  test('counts from when the rule was added, and only what it is about', async () => {
    const faults = new Faults();
    await faults.before('domainPause', 3);
    const id = faults.add({ call: 'domain*', domid: 3, errno: 'EBUSY' });
    await faults.before('domainPause', 4);
    await faults.before('physinfo');
    await expect(faults.before('domainPause', 3)).rejects.toMatchObject(failed);
    expect(faults.rules).toEqual([{ id, call: 'domain*', domid: 3, errno: 'EBUSY' }]);
    faults.remove(id);
    expect(faults.rules).toEqual([]);
  });

  test('a slow call comes late, and fails late', async () => {
    const clock = new ManualClock();
    const faults = new Faults(clock);
    faults.add({ call: 'domainPause', delayMs: 500, errno: 'EBUSY' });
    const call = faults.before('domainPause', 3).catch((thrown: unknown) => thrown);
    expect(clock.untilNext).toBe(500);
    await clock.advance(500);
    expect(await call).toMatchObject(failed);
  });

  test('a call that hangs goes on when it is aborted or the rule is removed', async () => {
    const faults = new Faults();
    const id = faults.add({ call: 'domainPause', hang: true, times: 3 });
    const abort = new AbortController();
    const calls = [faults.before('domainPause', 3, abort.signal), faults.before('domainPause', 3)];
    abort.abort();
    await expect(calls[0]).rejects.toMatchObject({ code: 'INTERRUPTED' });
    await expect(faults.before('domainPause', 3, abort.signal)).rejects.toMatchObject({
      code: 'INTERRUPTED',
    });
    faults.remove(id);
    await calls[1];
  });

  test('a rule about a stream does not touch the beginning', async () => {
    const faults = new Faults();
    faults.add({ call: 'domainSave', errno: 'EIO', at: 4096 });
    await faults.before('domainSave', 3);
    expect(faults.streamFault('domainSave', 3)).toEqual({ afterBytes: 4096, errno: 'EIO' });
    expect(faults.streamFault('domainSave', 3)).toBeUndefined();
  });
});

describe('matchesCall', () => {
  test.each([
    ['domainPause', 'domainPause', true],
    ['domainPause', 'domainPauses', false],
    ['domain*', 'domainPause', true],
    ['*', 'physinfo', true],
    ['*Pause', 'domainUnpause', false],
    ['x*e.*e', 'xenstore.write', true],
    ['aba*aba', 'aba', false],
  ])('%s, %s: %s', (pattern, call, expected) => {
    expect(matchesCall(pattern, call)).toBe(expected);
  });

  test('says what a regular expression would say', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 6 });
    fc.assert(
      fc.property(letters, fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 }), (pattern, call) => {
        expect(matchesCall(pattern, call)).toBe(new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(call));
      }),
    );
  });
});

test.each([
  [{ call: 'domainPuase', errno: 'EBUSY' }, 'no call is named "domainPuase"'],
  [{ call: 'domainPause', errno: 'EBUSI' }, 'no errno is named "EBUSI"'],
  [{ call: 'domainPause' }, 'a rule needs errno, delayMs or hang'],
  [{ call: 'domainSave', delayMs: 1, at: 5 }, 'to fail within a stream needs errno'],
  [{ call: 'domainPause', errno: 'EBUSY', nht: 1 }, 'Unrecognized key: "nht"'],
])('the rule %j is refused', (rule, message) => {
  expect(faultRuleSchema.safeParse(rule).error?.issues[0]?.message).toBe(message);
});
