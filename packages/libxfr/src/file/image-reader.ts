import { Readable } from 'node:stream';
import type { BigIntStats } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { VmToolsError } from '@vm-tools/errors';
import type { ImageOrigin } from '@vm-tools/ports';
import { isZstd, ZSTD_MAGIC_BYTES } from '@vm-tools/zstd-frames';
import { fileError } from '../disk/file-error.ts';

const BUFFER_BYTES = 2 ** 20;
const WRITABLE_BY_OTHERS = 0o022n;

/** An image file that is open for reading. */
export interface OpenImage extends AsyncDisposable {
  /** Its content, once, as a stream. */
  stream(onFailed: (error: VmToolsError) => void): Readable;
  readonly bytes: number;
  /** It is no pipe and no device: it has its length, and any place of it can be read. */
  readonly isRegular: boolean;
  /** It is compressed: `unpacked` tells what it stands for. */
  readonly isPacked: boolean;
  /** Reads what there is at this place, at most as much as there is room for; 0 at the end. */
  read(into: Buffer, position: number): Promise<number>;
  /** The file for a target that has it read by another process; undefined when it may change while it is read, or is compressed. */
  origin(onRead: (bytes: number) => void): ImageOrigin | undefined;
  /**
   * Its content, once, in memory that is used again: a piece is good until the next is asked for. An error of the file
   * system is reported before it is thrown.
   */
  pieces(onFailed: (error: VmToolsError) => void): AsyncGenerator<Buffer, void>;
}

/** @throws VmToolsError XFR_FILE_MISSING, XFR_FILE_DENIED, XFR_FILE_TYPE (usage), XFR_FILE_IO (failure) */
export async function openImageFile(path: string): Promise<OpenImage> {
  const handle = await open(path, 'r').catch((thrown: unknown) => {
    throw fileError(thrown, 'read', path);
  });
  const stats = await handle.stat({ bigint: true });
  if (stats.isDirectory()) {
    await handle.close();
    throw fileError(Object.assign(new Error('it is a folder'), { code: 'EISDIR' }), 'read', path);
  }
  const isPacked = stats.isFile() && isZstd(await headOf(handle, path));
  return {
    bytes: Number(stats.size),
    isRegular: stats.isFile(),
    isPacked,
    read: async (into, position) => {
      const { bytesRead } = await handle
        .read(into, 0, into.length, position)
        .catch((thrown: unknown) => Promise.reject(fileError(thrown, 'read', path)));
      return bytesRead;
    },
    origin: (onRead) => (isOwn(stats) && !isPacked ? originOf(handle, path, stats, onRead) : undefined),
    stream: (onFailed) => Readable.from(readPieces(handle, path, newBuffer, onFailed), { objectMode: false }),
    pieces(onFailed) {
      const kept = newBuffer();
      return readPieces(handle, path, () => kept, onFailed);
    },
    [Symbol.asyncDispose]: () => handle.close(),
  };
}

async function headOf(handle: FileHandle, path: string): Promise<Buffer> {
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(ZSTD_MAGIC_BYTES), 0, ZSTD_MAGIC_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } catch (thrown) {
    await handle.close();
    throw fileError(thrown, 'read', path);
  }
}

/** A regular file that root or this user alone can write. */
function isOwn(stats: BigIntStats): boolean {
  const isOurs = stats.uid === 0n || stats.uid === BigInt(process.getuid?.() ?? 0);
  return stats.isFile() && isOurs && (stats.mode & WRITABLE_BY_OTHERS) === 0n;
}

function originOf(
  handle: FileHandle,
  path: string,
  opened: BigIntStats,
  onRead: (bytes: number) => void,
): ImageOrigin {
  const told = (thrown: unknown): never => {
    throw fileError(thrown, 'read', path);
  };
  return {
    path: `/proc/${process.pid}/fd/${handle.fd}`,
    read: async (into, position) => (await handle.read(into, 0, into.length, position).catch(told)).bytesRead,
    size: async () => (await handle.stat().catch(told)).size,
    onRead,
    async requireSame() {
      const now = await handle.stat({ bigint: true }).catch(told);
      if (now.size === opened.size && now.mtimeNs === opened.mtimeNs && now.ctimeNs === opened.ctimeNs)
        return;
      throw new VmToolsError({
        code: 'XFR_FILE_CHANGED',
        kind: 'corrupt',
        message: `${path} was changed while it was read`,
        hint: 'restore it again when no program writes to it',
        details: { path },
      });
    },
  };
}

function newBuffer(): Buffer {
  return Buffer.allocUnsafeSlow(BUFFER_BYTES);
}

async function* readPieces(
  handle: FileHandle,
  path: string,
  bufferFor: () => Buffer,
  onFailed: (error: VmToolsError) => void,
): AsyncGenerator<Buffer, void> {
  for (;;) {
    const buffer = bufferFor();
    const { bytesRead } = await handle.read(buffer, 0, buffer.length).catch((thrown: unknown) => {
      const error = fileError(thrown, 'read', path);
      onFailed(error);
      throw error;
    });
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}
