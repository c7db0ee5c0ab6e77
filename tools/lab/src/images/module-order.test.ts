import { expect, test } from '@jest/globals';
import { moduleOrder } from './module-order.ts';

const dep = [
  'kernel/fs/ext4.ko: kernel/lib/crc16.ko kernel/fs/jbd2.ko',
  'kernel/fs/jbd2.ko: kernel/lib/crc16.ko',
  'kernel/lib/crc16.ko:',
  'kernel/drivers/virtio.ko:',
].join('\n');

test('a module comes after all it needs, and once', () => {
  expect(moduleOrder(dep, ['ext4', 'virtio', 'jbd2'])).toEqual([
    'kernel/lib/crc16.ko',
    'kernel/fs/jbd2.ko',
    'kernel/fs/ext4.ko',
    'kernel/drivers/virtio.ko',
  ]);
});

test('a module that the kernel does not have is named', () => {
  expect(() => moduleOrder(dep, ['xenfs'])).toThrow('the kernel has no module xenfs');
});
