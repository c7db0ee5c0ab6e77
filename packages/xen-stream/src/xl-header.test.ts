import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Readable } from 'node:stream';
import { ByteReader } from './byte-reader.ts';
import { encodeXlHeader, readXlHeader, XL_CONFIG_MAX_BYTES, type XlHeader } from './xl-header.ts';

const read = (bytes: Uint8Array): Promise<XlHeader> =>
  readXlHeader(new ByteReader(Readable.from([bytes], { objectMode: false })));

const header = Buffer.from(encodeXlHeader('{}'));
const withU32 = (offset: number, value: number): Buffer => {
  const bytes = Buffer.from(header);
  bytes.writeUInt32LE(value, offset);
  return bytes;
};

test('the bytes are those of xl', () => {
  expect(header.toString('latin1')).toBe(
    'Xen saved domain, xl format\n \0 \r' +
      '\x04\x03\x02\x01' +
      '\x03\0\0\0' +
      '\0\0\0\0' +
      '\x07\0\0\0' +
      '\x03\0\0\0' +
      '{}\0',
  );
});

test('what is encoded is read', async () => {
  const text = fc.string({ minLength: 1, unit: 'grapheme' }).filter((config) => !config.includes('\0'));
  await fc.assert(
    fc.asyncProperty(text, fc.uint8Array(), async (configJson, tail) => {
      expect(await read(encodeXlHeader(configJson, tail))).toEqual({ configJson, tail: Buffer.from(tail) });
    }),
  );
});

test('a config without its NUL is taken as well', async () => {
  const bytes = withU32(48, 2);
  expect(await read(bytes)).toEqual({ configJson: '{}', tail: Buffer.from([0]) });
});

describe('refuses', () => {
  const cases: [what: string, code: string, message: RegExp, bytes: Buffer][] = [
    ['an empty file', 'STREAM_FOREIGN', /an empty file/, Buffer.alloc(0)],
    ['gzip', 'STREAM_FOREIGN', /gzip/, Buffer.from([0x1f, 0x8b, 8])],
    ['a bare libxc stream', 'STREAM_FOREIGN', /libxc stream/, Buffer.from('ffffffffffffffff58454e46', 'hex')],
    ['a legacy stream', 'STREAM_FOREIGN', /legacy xl stream/, withU32(36, 1)],
    ['the other byte order', 'STREAM_UNSUPPORTED', /big endian/, withU32(32, 0x04030201)],
    ['no byte order', 'STREAM_CORRUPT', /byte order/, withU32(32, 0)],
    ['unknown flags', 'STREAM_UNSUPPORTED', /0x80000000/, withU32(36, 0x8000_0003)],
    ['a config that is not JSON', 'STREAM_UNSUPPORTED', /as JSON/, withU32(36, 2)],
    ['no config', 'STREAM_CORRUPT', /no configuration/, withU32(44, 0)],
    ['a config longer than its room', 'STREAM_CORRUPT', /does not fit/, withU32(48, 4)],
    ['an empty config', 'STREAM_CORRUPT', /empty/, withU32(48, 0)],
    ['a NUL in the config', 'STREAM_CORRUPT', /NUL/, Buffer.from(encodeXlHeader('{\0}'))],
    ['a config that is not UTF-8', 'STREAM_CORRUPT', /UTF-8/, withU32(51, 0x007d_ff00)],
    ['huge optional data', 'STREAM_TOO_LARGE', /beyond/, withU32(44, 0xffff_ffff)],
    [
      'a huge config',
      'STREAM_TOO_LARGE',
      /beyond/,
      Buffer.from(encodeXlHeader('x'.repeat(XL_CONFIG_MAX_BYTES))),
    ],
  ];
  test.each(cases)('%s', async (_what, code, message, bytes) => {
    await expect(read(bytes)).rejects.toMatchObject({
      code,
      kind: 'corrupt',
      message: expect.stringMatching(message),
    });
  });

  test('every truncation', async () => {
    for (let length = 1; length < header.length; length++) {
      await expect(read(header.subarray(0, length))).rejects.toMatchObject({ code: 'STREAM_TRUNCATED' });
    }
  });
});
