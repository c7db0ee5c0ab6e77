import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { ByteReader } from './byte-reader.ts';

const readerOf = (chunks: Iterable<Uint8Array>): ByteReader =>
  new ByteReader(Readable.from(chunks, { objectMode: false }));

test('reads give the bytes in order, and the rest is the rest', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 10 }),
      fc.array(fc.nat(15), { maxLength: 10 }),
      async (chunks, lengths) => {
        const whole = Buffer.concat(chunks);
        const reader = readerOf(chunks);
        let at = 0;
        for (const length of lengths) {
          const bytes = await reader.readUpTo(length);
          expect(bytes.equals(whole.subarray(at, at + length))).toBe(true);
          at += bytes.length;
          expect(reader.offset).toBe(at);
        }
        expect((await buffer(reader.rest())).equals(whole.subarray(at))).toBe(true);
        expect(reader.offset).toBe(whole.length);
      },
    ),
  );
});

test('what was given back is read again', async () => {
  const reader = readerOf([Buffer.from('abc'), Buffer.from('def')]);
  const bytes = await reader.next();
  reader.unread(bytes!.subarray(1));
  expect(reader.offset).toBe(1);
  expect((await reader.readExactly(5, 'letters')).toString()).toBe('bcdef');
  expect(await reader.next()).toBeUndefined();
});

test('an early end names what was to be read', async () => {
  const reader = readerOf([Buffer.from('abc')]);
  await reader.readExactly(1, 'a letter');
  await expect(reader.readExactly(5, 'five letters')).rejects.toMatchObject({
    code: 'STREAM_TRUNCATED',
    kind: 'corrupt',
    message: 'five letters at byte 1: the bytes end after 2 of 5',
    details: { offset: 1, record: 'five letters' },
  });
});

test('a failing stream is a typed error with its cause', async () => {
  const stream = new PassThrough();
  const reader = new ByteReader(stream);
  stream.destroy(new Error('EIO: i/o error, read'));
  await expect(reader.readExactly(1, 'a byte')).rejects.toMatchObject({
    code: 'STREAM_READ',
    message: expect.stringContaining('EIO'),
  });
});

test('a stream that is closed early is an error, not an end', async () => {
  const stream = new PassThrough();
  const reader = new ByteReader(stream);
  const read = reader.readUpTo(1);
  stream.destroy();
  await expect(read).rejects.toMatchObject({ code: 'STREAM_READ' });
});

test('an abort ends a read that waits', async () => {
  const stream = new PassThrough();
  const controller = new AbortController();
  const reader = new ByteReader(stream, { signal: controller.signal });
  const read = reader.readExactly(1, 'a byte');
  controller.abort();
  await expect(read).rejects.toMatchObject({ code: 'INTERRUPTED', kind: 'interrupted' });
  expect(stream.destroyed).toBe(true);
});
