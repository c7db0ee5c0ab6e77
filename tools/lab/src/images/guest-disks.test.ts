import { expect, test } from '@jest/globals';
import { numberedSectors } from './guest-disks.ts';

test('each sector says its number from its first byte to its last', () => {
  const disk = numberedSectors(2048).toString();
  expect(disk.length).toBe(2048);
  expect(disk.slice(0, 512)).toBe('sector 0       \n'.repeat(32));
  expect(disk.slice(1536)).toBe('sector 3       \n'.repeat(32));
});
