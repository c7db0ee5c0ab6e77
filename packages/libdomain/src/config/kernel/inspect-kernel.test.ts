import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import fc from 'fast-check';
import { checkKernel, inspectKernel } from './inspect-kernel.ts';
import type { KernelInfo } from './inspect-kernel.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kernel-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function inspect(content: Uint8Array | string): Promise<KernelInfo> {
  const path = join(folder, 'kernel');
  await writeFile(path, content);
  return inspectKernel(path);
}

function note(name: string, type: number, content = Buffer.alloc(4)): Buffer {
  const bytes = Buffer.alloc(12 + 4 * Math.ceil((name.length + 1) / 4) + content.length);
  bytes.writeUInt32LE(name.length + 1, 0);
  bytes.writeUInt32LE(content.length, 4);
  bytes.writeUInt32LE(type, 8);
  bytes.write(name, 12, 'latin1');
  content.copy(bytes, bytes.length - content.length);
  return bytes;
}

/** An ELF file whose notes stand in a note segment, or in a section of the given name and type. */
function elf(notes: Buffer, { width = 64, machine = 62, section = '', sectionType = 7 } = {}): Buffer {
  const wide = width === 64;
  const header = Buffer.alloc(wide ? 64 : 52);
  const entrySize = section === '' ? (wide ? 56 : 32) : wide ? 64 : 40;
  const names = Buffer.from(`\0${section}\0`);
  const table = Buffer.alloc(entrySize * (section === '' ? 1 : 2));
  const word = (at: Buffer, value: number, offset: number): unknown =>
    wide ? at.writeBigUInt64LE(BigInt(value), offset) : at.writeUInt32LE(value, offset);
  header.write('\u007fELF', 'latin1');
  header.set([wide ? 2 : 1, 1, 1], 4);
  header.writeUInt16LE(machine, 18);
  const tableAt = header.length;
  const notesAt = tableAt + table.length;
  const sizes = wide ? 54 : 42;
  if (section === '') {
    word(header, tableAt, wide ? 32 : 28);
    header.writeUInt16LE(entrySize, sizes);
    header.writeUInt16LE(1, sizes + 2);
    table.writeUInt32LE(4, 0);
    word(table, notesAt, wide ? 8 : 4);
    word(table, notes.length, wide ? 32 : 16);
  } else {
    word(header, tableAt, wide ? 40 : 32);
    header.writeUInt16LE(entrySize, sizes + 4);
    header.writeUInt16LE(2, sizes + 6);
    header.writeUInt16LE(1, sizes + 8);
    table.writeUInt32LE(1, 0);
    table.writeUInt32LE(sectionType, 4);
    word(table, notesAt, wide ? 24 : 16);
    word(table, notes.length, wide ? 32 : 20);
    word(table.subarray(entrySize), notesAt + notes.length, wide ? 24 : 16);
    word(table.subarray(entrySize), names.length, wide ? 32 : 20);
  }
  return Buffer.concat([header, table, notes, names]);
}

const PVH = note('Xen', 18);
const PV = Buffer.concat([note('GNU', 3, Buffer.alloc(20)), note('Xen', 5), note('Xen', 6), note('Xen', 1)]);

describe('an ELF file', () => {
  test.each([
    ['PVH notes', PVH, {}, { pv: false, pvh: true }],
    ['PVH notes, 32 bits', PVH, { width: 32, machine: 3 }, { pv: false, pvh: true }],
    ['PV notes', PV, {}, { pv: true, pvh: false }],
    ['both', Buffer.concat([PV, PVH]), {}, { pv: true, pvh: true }],
    ['a note section', PVH, { section: '.note.Xen' }, { pv: false, pvh: true }],
    [
      'a note section, 32 bits',
      PVH,
      { width: 32, machine: 3, section: '.note.Xen' },
      { pv: false, pvh: true },
    ],
    [
      'the old section',
      Buffer.alloc(8),
      { section: '__xen_guest', sectionType: 1 },
      { pv: true, pvh: false },
    ],
    ['an ordinary section', PV, { section: '.text', sectionType: 1 }, { pv: false, pvh: false }],
    ['foreign notes', note('GNU', 18), {}, { pv: false, pvh: false }],
  ])('with %s', async (_, notes, options, supports) => {
    await expect(inspect(elf(notes, options))).resolves.toMatchObject({ format: 'elf', supports });
  });

  test('for another processor is refused', async () => {
    await expect(inspect(elf(PVH, { machine: 183 }))).rejects.toThrow('an ELF file for another processor');
  });
});

/** The header of a Linux kernel with a payload of 100 bytes behind two setup sectors. */
function bzImage({ version = 0x020f, length = 100 } = {}): Buffer {
  const image = Buffer.alloc(1024 + 100);
  image.write('MZ');
  image[0x1f1] = 1;
  image.write('HdrS', 0x202);
  image.writeUInt16LE(version, 0x206);
  image.writeUInt32LE(length, 0x24c);
  return image;
}

test('compressed kernels are taken as they are', async () => {
  const supports = { pv: 'unknown', pvh: 'unknown' };
  await expect(inspect(bzImage())).resolves.toMatchObject({ format: 'bzImage', supports });
  await expect(inspect(gzipSync(elf(PVH)))).resolves.toMatchObject({ format: 'gzip', supports });
});

test.each([
  ['', 'an empty file'],
  ['name = "web"\n', 'a text file'],
  ['#!/bin/sh\n', 'a script'],
  ['070701000', 'an initramfs (cpio archive)'],
  [gzipSync('070701000'), 'gzip compressed data, with an initramfs (cpio archive) inside'],
  [Buffer.from([0x1f, 0x8b, 1]), 'gzip compressed data, with an empty file inside'],
  [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0]), 'zstd compressed data'],
  [Buffer.from([1, 2, 3]), 'data of an unknown kind'],
  [bzImage({ version: 0x0207 }), 'a Linux kernel older than 2.6.26, which Xen cannot load'],
  [bzImage({ length: 101 }), 'a truncated Linux kernel'],
  [bzImage().subarray(0, 0x220), 'a Linux kernel older than 2.6.26, which Xen cannot load'],
])('%j is no kernel', async (content, looksLike) => {
  await expect(inspect(content)).rejects.toMatchObject({
    code: 'DOMAIN_KERNEL_INVALID',
    kind: 'usage',
    details: { looksLike },
  });
});

test('paths that lead to no file', async () => {
  const missing = inspectKernel(join(folder, 'nowhere'));
  await expect(missing).rejects.toMatchObject({ code: 'DOMAIN_KERNEL_MISSING', kind: 'usage' });
  await expect(missing).rejects.toThrow('there is no such file');
  await expect(inspectKernel(folder)).rejects.toMatchObject({ details: { looksLike: 'a directory' } });
  await expect(inspectKernel('/dev/null')).rejects.toMatchObject({ code: 'DOMAIN_KERNEL_INVALID' });
});

test('checkKernel refuses only what the kernel denies', () => {
  const kernel = { path: '/k', format: 'elf', supports: { pv: false, pvh: true } } as const;
  expect(() => checkKernel(kernel, 'pvh')).not.toThrow();
  expect(() => checkKernel({ ...kernel, supports: { pv: 'unknown', pvh: 'unknown' } }, 'pv')).not.toThrow();
  expect(() => checkKernel(kernel, 'pv')).toThrow(
    expect.objectContaining({
      code: 'DOMAIN_KERNEL_WRONG_TYPE',
      kind: 'usage',
      hint: 'it can be started with type = "pvh"',
    }),
  );
  expect(() => checkKernel({ ...kernel, supports: { pv: false, pvh: false } }, 'pvh')).toThrow(
    expect.objectContaining({ hint: 'build it for Xen; Linux needs CONFIG_PVH' }),
  );
});

function damaged(file: Buffer, at: number, byte: number): Buffer {
  return Buffer.from(file).fill(byte, at, Math.min(at + 4, file.length));
}

test('nothing but a VmToolsError comes out of any file', async () => {
  const contents = fc.oneof(
    fc.uint8Array({ maxLength: 600 }),
    fc
      .tuple(
        fc.constantFrom(elf(PV), elf(PVH, { section: 'x' }), bzImage(), gzipSync(elf(PVH))),
        fc.nat(),
        fc.nat(),
      )
      .map(([file, at, byte]) => damaged(file, at % file.length, byte & 0xff)),
  );
  await fc.assert(
    fc.asyncProperty(contents, async (content) => {
      const outcome = await inspect(content).catch((error: unknown) => error);
      expect(outcome instanceof Error ? outcome instanceof VmToolsError : true).toBe(true);
    }),
    { numRuns: 300 },
  );
});
