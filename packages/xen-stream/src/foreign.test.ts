import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { describeForeign } from './foreign.ts';

test.each([
  ['', 'an empty file'],
  ['\u007fELF\u0002\u0001', 'an ELF file'],
  ['\u001f\u008b\u0008', 'gzip data'],
  ['\u0028\u00b5\u002f\u00fd', 'zstd data'],
  ['libvirt-xml\n \0 \r', 'an image that libvirt saved'],
  ['LibxlFmt\0\0\0\u0002', 'a libxl stream without its xl header'],
  ['{ "name": "guest" }', 'JSON text'],
  ['ABCDEFGHIJ', 'unknown data (4142434445464748…)'],
])('%j is %s', (bytes, name) => {
  expect(describeForeign(Buffer.from(bytes, 'latin1'))).toBe(name);
});

test('whatever it is, it has a name', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => expect(describeForeign(Buffer.from(bytes))).not.toBe('')),
  );
});
