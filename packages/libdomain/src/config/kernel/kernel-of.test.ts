import { expect, test } from '@jest/globals';
import { kernelOf } from './kernel-of.ts';

test('a domain that is to start anew has a kernel that can be found', () => {
  expect(kernelOf({ name: 'web1', kernel: '/boot/vmlinuz' })).toBe('/boot/vmlinuz');
});

test.each([
  [{ name: 'web1' }, 'the configuration of web1 names no kernel'],
  [{ name: 'web1', kernel: 'k' }, 'the kernel of web1 is the relative path k, and its folder is not known'],
])('%j', (config, message) => {
  expect(() => kernelOf(config)).toThrow(expect.objectContaining({ code: 'DOMAIN_KERNEL_MISSING', message }));
});
