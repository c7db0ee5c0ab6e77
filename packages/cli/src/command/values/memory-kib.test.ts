import { expect, test } from '@jest/globals';
import { memoryKib } from './memory-kib.ts';

test.each([
  ['2G', 2 * 1024 ** 2],
  ['2GiB', 2 * 1024 ** 2],
  ['2GB', 1_953_125],
  ['1B', 1],
  ['512', 512 * 1024],
])('%s is %i KiB of memory', (text, kib) => {
  expect(memoryKib('--memory', text, { alone: 'MiB' })).toBe(kib);
});

test.each(['much', '0', '0G', '-1', '512'])('%s is none, and the error says how to write it', (text) => {
  expect(() => memoryKib('--memory', text)).toThrow(
    expect.objectContaining({
      code: 'USAGE',
      message: `--memory: "${text}" is no size of memory`,
      hint: 'write it like 512M, 2G or 1.5GiB (units of 1024), or 2GB (of 1000)',
    }),
  );
});
