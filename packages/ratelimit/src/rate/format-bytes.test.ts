import { expect, test } from '@jest/globals';
import { formatBytes } from './format-bytes.ts';

test.each([
  [0, '0 B'],
  [512, '512 B'],
  [1024, '1 KiB'],
  [1023.9 * 1024, '1 MiB'],
  [1.5 * 2 ** 30, '1.5 GiB'],
  [9.96 * 2 ** 20, '10 MiB'],
  [276_824_064, '264 MiB'],
  [2 ** 62, '4096 PiB'],
])('%p bytes read %p', (bytes, text) => expect(formatBytes(bytes)).toBe(text));
