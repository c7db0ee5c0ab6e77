import { describe, expect, test } from '@jest/globals';
import { listDirectory } from './directory.ts';
import { refused } from './errors.ts';
import type { Request } from './wire/request.ts';

/** A xenstored that finds the directory too long, and answers for its parts from this list. */
function partsFrom(parts: readonly string[]): { request: Request; offsets: number[] } {
  const offsets: number[] = [];
  const request: Request = async (name, payload) => {
    if (name === 'DIRECTORY') throw refused(name, 'E2BIG', '/x');
    offsets.push(parseInt(Buffer.from(payload[1]!).toString(), 10));
    return Buffer.from(parts[offsets.length - 1] ?? parts.at(-1)!);
  };
  return { request, offsets };
}

describe('a directory that does not fit into one message', () => {
  test('is put together from its parts', async () => {
    const { request, offsets } = partsFrom(['5\0a\0bc\0', '5\0d\0\0']);
    expect(await listDirectory(request, '/x')).toEqual(['a', 'bc', 'd']);
    expect(offsets).toEqual([0, 5]);
  });

  test('may have nothing in its last part, or in all', async () => {
    expect(await listDirectory(partsFrom(['5\0a\0bc\0', '5\0\0']).request, '/x')).toEqual(['a', 'bc']);
    expect(await listDirectory(partsFrom(['5\0\0']).request, '/x')).toEqual([]);
  });

  test('is read from its beginning again when it changes on the way', async () => {
    const { request, offsets } = partsFrom(['5\0a\0bc\0', '6\0e\0\0', '6\0a\0', '6\0d\0', '6\0e\0\0']);
    expect(await listDirectory(request, '/x')).toEqual(['a', 'd', 'e']);
    expect(offsets).toEqual([0, 5, 0, 2, 4]);
  });

  test('that never stands still is given up', async () => {
    let generation = 0;
    const request: Request = async (name) => {
      if (name === 'DIRECTORY') throw refused(name, 'E2BIG', '/x');
      return Buffer.from(`${(generation += 1)}\0a\0`);
    };
    await expect(listDirectory(request, '/x')).rejects.toMatchObject({ code: 'XENSTORE_EAGAIN' });
  });

  test.each(['', '5', '5\0', '5\0a', 'x\0a\0\0', '\0a\0\0'])('a part %j is refused', async (part) => {
    const listing = listDirectory(partsFrom([part]).request, '/x');
    await expect(listing).rejects.toMatchObject({ code: 'XENSTORE_PROTOCOL' });
  });
});
