import { watch } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { StringDecoder } from 'node:string_decoder';

const chunkBytes = 65_536;

/**
 * The text of a file from its start, then what is added, until the signal fires. The file need not be there
 * yet, its folder must.
 */
export async function* followFile(
  path: string,
  signal: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  let changed = Promise.withResolvers<undefined>();
  const wake = (): void => changed.resolve(undefined);
  signal.addEventListener('abort', wake, { once: true });
  const watcher = watch(dirname(path), (_event, name) => {
    if (name === null || name === basename(path)) wake();
  });
  const decoder = new StringDecoder('utf8');
  let offset = 0;
  try {
    while (!signal.aborted) {
      const more = await readFrom(path, offset);
      if (more.length > 0) {
        offset += more.length;
        yield decoder.write(more);
        continue;
      }
      await changed.promise;
      changed = Promise.withResolvers<undefined>();
    }
  } finally {
    watcher.close();
    signal.removeEventListener('abort', wake);
  }
}

async function readFrom(path: string, offset: number): Promise<Buffer> {
  const file = await open(path, 'r').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
  if (file === undefined) return Buffer.alloc(0);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(chunkBytes), 0, chunkBytes, offset);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
