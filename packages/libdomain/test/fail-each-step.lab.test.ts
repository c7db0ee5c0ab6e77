import { expect, test } from '@jest/globals';
import { describeLab, labHost, runProgram, traces } from '@vm-tools/lab/testing';
import { join } from 'node:path';

interface Attempt {
  readonly step: string;
  readonly code: string;
  readonly leftovers: readonly string[];
}

describeLab('the undo of each step of a creation, on real Xen', () => {
  test('a failure behind any step leaves nothing on the host', async () => {
    const a = await labHost();
    const before = await traces(a);
    const printed = await runProgram(a, join(import.meta.dirname, 'fail-each-step.ts'), [
      '/guests/polite.cfg',
    ]);
    const attempts = JSON.parse(printed) as Attempt[];
    expect(attempts.map(({ step }) => step)).toEqual(expect.arrayContaining(['introduce', 'unpause']));
    for (const { step, code, leftovers } of attempts) {
      expect({ step, code, leftovers }).toEqual({ step, code: 'TEST_FAILURE', leftovers: [] });
    }
    expect(await traces(a)).toBe(before);
  });
});
