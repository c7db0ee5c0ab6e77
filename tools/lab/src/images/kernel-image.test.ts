import { expect, test } from '@jest/globals';
import { payloadOf } from './kernel-image.ts';

test('the payload is found by the setup header', () => {
  const image = Buffer.alloc(4096);
  image.writeUInt8(2, 0x1f1);
  image.write('HdrS', 0x202, 'latin1');
  image.writeUInt32LE(16, 0x248);
  image.writeUInt32LE(7 + 4, 0x24c);
  image.write('payload', 3 * 512 + 16, 'latin1');
  expect(payloadOf(image).toString('latin1')).toBe('payload');
});

test('anything else is refused', () => {
  expect(() => payloadOf(Buffer.alloc(4096))).toThrow('not a bzImage');
});
