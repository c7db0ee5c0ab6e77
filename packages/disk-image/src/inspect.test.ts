import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { inspectImage } from './inspect.ts';
import { parseQcow2 } from './qcow2/header.ts';
import { qcow2Overlay } from './qcow2/overlay.ts';

const MIB = 1024 ** 2;
let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'disk-image-'));
  path = join(folder, 'image');
});
afterEach(() => rm(folder, { recursive: true }));

/** An image that needs no other one, with changes to its header. */
function standalone(change: (header: Buffer) => void = () => undefined): Buffer {
  const image = qcow2Overlay({ virtualBytes: 64 * MIB, backingPath: '/x', backingFormat: 'raw' });
  image.writeBigUInt64BE(0n, 8);
  image.writeUInt32BE(0, 16);
  change(image);
  return image;
}

test('a qcow2 image by its header; a link to it by where it leads', async () => {
  await writeFile(path, standalone());
  const link = join(folder, 'link');
  await symlink(path, link);
  expect(await inspectImage(link)).toEqual({ path, format: 'qcow2', virtualBytes: 64 * MIB });
});

test('one of version 2, which has no features', async () => {
  await writeFile(
    path,
    standalone((header) => void header.writeUInt32BE(2, 4)),
  );
  expect(await inspectImage(path)).toMatchObject({ format: 'qcow2', virtualBytes: 64 * MIB });
});

test('a raw image by its length, in whole sectors', async () => {
  await writeFile(path, '');
  await truncate(path, 3 * MIB + 1);
  expect(await inspectImage(path)).toEqual({ path, format: 'raw', virtualBytes: 3 * MIB + 512 });
});

const feature = (bit: bigint) => (header: Buffer) => void header.writeBigUInt64BE(bit, 72);

test.each<[string, Buffer, string]>([
  [
    'that names /etc/shadow as its backing file',
    qcow2Overlay({ virtualBytes: MIB, backingPath: '/etc/shadow', backingFormat: 'raw' }),
    'a backing file',
  ],
  ['with a data file', standalone(feature(4n)), 'a data file'],
  ['that is encrypted', standalone((header) => void header.writeUInt32BE(2, 32)), 'encrypted'],
  ['that is damaged', standalone(feature(2n)), 'damaged'],
  ['with a feature of the future', standalone(feature(1n << 40n)), 'features that are not known'],
  ['of version 1', standalone((header) => void header.writeUInt32BE(1, 4)), 'version'],
  ['whose header is cut off', standalone().subarray(0, 90), 'version'],
  ['of no size', standalone((header) => void header.writeBigUInt64BE(0n, 24)), 'of 0 bytes'],
  ['of 2^63 bytes', standalone((header) => void header.writeBigUInt64BE(1n << 63n, 24)), 'bytes'],
  ['of VMware', Buffer.from('KDMV'.padEnd(2 * MIB)), 'vmdk'],
  ['that is still packed', Buffer.concat([Buffer.from('fd377a585a00', 'hex'), Buffer.alloc(2 * MIB)]), 'xz'],
  ['that is a web page', Buffer.from('<!DOCTYPE html>not found'), 'a web page'],
  ['that is too small', Buffer.alloc(1000), 'too small'],
  ['that is empty', Buffer.alloc(0), 'too small'],
])('refuses one %s', async (_, bytes, why) => {
  await writeFile(path, bytes);
  await expect(inspectImage(path)).rejects.toMatchObject({
    code: 'DISK_IMAGE_REFUSED',
    kind: 'usage',
    message: expect.stringContaining(why),
    hint: expect.any(String),
  });
});

test('an installer disc is no disk, although it starts like one', async () => {
  const disc = Buffer.alloc(2 * MIB);
  disc.writeUInt16BE(0x55aa, 510);
  disc.write('CD001', 0x8001);
  await writeFile(path, disc);
  await expect(inspectImage(path)).rejects.toMatchObject({ message: expect.stringContaining('ISO 9660') });
});

test('a folder, and nothing at all', async () => {
  await mkdir(path);
  await expect(inspectImage(path)).rejects.toMatchObject({ code: 'DISK_IMAGE_REFUSED' });
  await expect(inspectImage(join(folder, 'absent'))).rejects.toMatchObject({
    code: 'DISK_IMAGE_UNREADABLE',
    message: expect.stringContaining('there is no such file'),
  });
});

test('any header is read or is none', () => {
  const start = Buffer.from('514649fb', 'hex');
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 140 }), fc.constantFrom(0, 2, 3, 4), (bytes, version) => {
      const word = Buffer.alloc(4);
      word.writeUInt32BE(version);
      const header = parseQcow2(Buffer.concat([start, word, bytes]));
      if (header !== undefined) expect([2, 3]).toContain(version);
    }),
  );
});
