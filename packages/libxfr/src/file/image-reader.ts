import { open, type FileHandle } from 'node:fs/promises';
import type { VmToolsError } from '@vm-tools/errors';
import { fileError } from '../disk/file-error.ts';

const BUFFER_BYTES = 2 ** 20;

/** An image file that is open for reading. */
export interface OpenImage extends AsyncDisposable {
  readonly bytes: number;
  /** Its content, once; an error of the file system is reported before it is thrown. */
  chunks(onFailed: (error: VmToolsError) => void): AsyncGenerator<Buffer, void>;
}

/** @throws VmToolsError XFR_FILE_MISSING, XFR_FILE_DENIED, XFR_FILE_TYPE (usage), XFR_FILE_IO (failure) */
export async function openImageFile(path: string): Promise<OpenImage> {
  const handle = await open(path, 'r').catch((thrown: unknown) => {
    throw fileError(thrown, 'read', path);
  });
  const stats = await handle.stat();
  if (stats.isDirectory()) {
    await handle.close();
    throw fileError(Object.assign(new Error('it is a folder'), { code: 'EISDIR' }), 'read', path);
  }
  return {
    bytes: stats.size,
    chunks: (onFailed) => readChunks(handle, path, onFailed),
    [Symbol.asyncDispose]: () => handle.close(),
  };
}

async function* readChunks(
  handle: FileHandle,
  path: string,
  onFailed: (error: VmToolsError) => void,
): AsyncGenerator<Buffer, void> {
  for (;;) {
    const buffer = Buffer.allocUnsafe(BUFFER_BYTES);
    const { bytesRead } = await handle.read(buffer).catch((thrown: unknown) => {
      const error = fileError(thrown, 'read', path);
      onFailed(error);
      throw error;
    });
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}
