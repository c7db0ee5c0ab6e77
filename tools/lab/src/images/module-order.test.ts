import { expect, test } from '@jest/globals';
import { moduleOrder } from './module-order.ts';

const dep = [
  'kernel/fs/ext4.ko: kernel/lib/crc16.ko kernel/fs/jbd2.ko',
  'kernel/fs/jbd2.ko: kernel/lib/crc16.ko',
  'kernel/lib/crc16.ko:',
  'kernel/drivers/virtio.ko:',
].join('\n');

test('a module comes after all it needs, and once; one that is built in does not come', () => {
  expect(moduleOrder(dep, 'kernel/fs/9p.ko\n', ['ext4', '9p', 'virtio', 'jbd2'])).toEqual([
    'kernel/lib/crc16.ko',
    'kernel/fs/jbd2.ko',
    'kernel/fs/ext4.ko',
    'kernel/drivers/virtio.ko',
  ]);
});

test('modules may be compressed', () => {
  const compressed = dep.replaceAll('.ko', '.ko.xz');
  expect(moduleOrder(compressed, '', ['jbd2'])).toEqual(['kernel/lib/crc16.ko.xz', 'kernel/fs/jbd2.ko.xz']);
});

test('a module that the kernel does not have is named', () => {
  expect(() => moduleOrder(dep, '', ['xenfs'])).toThrow('the kernel has no module xenfs');
});
