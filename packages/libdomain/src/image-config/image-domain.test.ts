import { expect, test } from '@jest/globals';
import { expectedOfImage, readImageDomain } from './image-domain.ts';

const config = (type: unknown, more: object = {}): string =>
  JSON.stringify({
    c_info: { type, name: 'web1', uuid: '3A5ECC64-DA54-44A5-BEC5-E24BEBC7095E' },
    b_info: { max_memkb: 8192, target_memkb: 4096, ...more },
    pcidevs: [{ dev: 1 }],
  });

test('which domain it is, whatever it has', () => {
  const uuid = '3a5ecc64-da54-44a5-bec5-e24bebc7095e';
  const size = { memoryKib: 4096, maxMemoryKib: 8192 };
  const pv = readImageDomain(config('pv', { max_vcpus: 4 }));
  expect(pv).toEqual({ name: 'web1', uuid, type: 'pv', ...size, vcpus: 4 });
  expect(expectedOfImage(pv)).toEqual({ type: 'pv', maxPages: 2048 + 256 });
  const hvm = readImageDomain(config('hvm', { max_memkb: 1 }));
  expect(hvm).toEqual({ name: 'web1', uuid, type: 'hvm', memoryKib: 4096, maxMemoryKib: 4096, vcpus: 1 });
  expect(expectedOfImage(hvm)).toEqual({ type: 'hvm' });
  expect(readImageDomain('{"c_info":{"type":"pvh"},"b_info":{"max_memkb":1,"target_memkb":1}}')).toEqual({
    ...{ type: 'pvh', memoryKib: 1, maxMemoryKib: 1, vcpus: 1 },
  });
});

test.each([
  ['no JSON', 'it is not JSON', '{'],
  ['a type that is none', 'its type is "unikernel"', config('unikernel')],
  ['memory that is none', 'b_info.target_memkb', config('pv', { target_memkb: -1 })],
  ['no domain', 'c_info', '{}'],
  ['endless', 'it is too long', `"${'x'.repeat(2 ** 20)}"`],
])('%s', (_, why, json) => {
  expect(() => readImageDomain(json)).toThrow(
    expect.objectContaining({ code: 'IMAGE_CONFIG_CORRUPT', message: expect.stringContaining(why) }),
  );
});
