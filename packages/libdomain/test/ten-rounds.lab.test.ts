import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { describeLab, freeMemoryMib, labHost, runProgram, traces } from '@vm-tools/lab/testing';

describeLab('creation and destruction, again and again, on real Xen', () => {
  test('ten rounds cost the host no memory, and leave no trace', async () => {
    const a = await labHost();
    const before = await traces(a);
    const free = await freeMemoryMib(a);
    const rounds = await runProgram(a, join(import.meta.dirname, 'rounds.ts'), ['/guests/polite.cfg', '10']);
    expect(rounds).toBe('10\n');
    expect(await freeMemoryMib(a)).toBe(free);
    expect(await traces(a)).toBe(before);
  });
});
