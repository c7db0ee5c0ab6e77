import { describe, expect, test } from '@jest/globals';
import { cpioArchive, directoryMode, executableMode, fileMode, parentDirectories } from './cpio.ts';

interface Read {
  readonly path: string;
  readonly mode: number;
  readonly data: string;
}

/** Reads an archive by the description of the format in cpio(5). */
function read(archive: Buffer): Read[] {
  const entries: Read[] = [];
  const aligned = (offset: number): number => Math.ceil(offset / 4) * 4;
  for (let offset = 0; offset < archive.length;) {
    expect(archive.toString('latin1', offset, offset + 6)).toBe('070701');
    const field = (index: number): number =>
      parseInt(archive.toString('latin1', offset + 6 + index * 8, offset + 14 + index * 8), 16);
    const nameEnd = offset + 110 + field(11);
    const path = archive.toString('utf8', offset + 110, nameEnd - 1);
    const start = aligned(nameEnd);
    if (path === 'TRAILER!!!') return entries;
    entries.push({ path, mode: field(1), data: archive.toString('utf8', start, start + field(6)) });
    offset = aligned(start + field(6));
  }
  throw new Error('no trailer');
}

describe('cpioArchive', () => {
  test('keeps names, modes and contents, whatever their length', () => {
    const entries = [
      { path: 'bin', mode: directoryMode },
      ...['', 'x', 'xy', 'xyz', 'wxyz'].map((data) => ({ path: `bin/${data}`, mode: executableMode, data })),
    ];
    expect(read(cpioArchive(entries))).toEqual(
      entries.map(({ path, mode, ...rest }) => ({ path, mode, data: '', ...rest })),
    );
  });

  test('gives the same bytes for the same entries', () => {
    const entries = [{ path: 'init', mode: fileMode, data: 'echo' }];
    expect(cpioArchive(entries)).toEqual(cpioArchive(entries));
  });
});

test('parentDirectories names each folder once, parents first', () => {
  const paths = parentDirectories(['a/b/file', 'a/other', 'file']).map(({ path }) => path);
  expect(paths).toEqual(['a', 'a/b']);
});
