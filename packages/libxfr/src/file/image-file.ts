import { link, lstat, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Writable } from 'node:stream';
import { messageOf, VmToolsError } from '@vm-tools/errors';
import { formatBytes, type Limiter } from '@vm-tools/ratelimit';
import { syncFolder } from '@vm-tools/write-file';
import type { ImagePlace } from '@vm-tools/ports';
import { fileError } from '../disk/file-error.ts';
import { diskStorage, type Storage, type WrittenFile } from '../disk/storage.ts';
import { pacedSlices } from '../image/paced-slices.ts';
import { takingSink } from '../image/taking-sink.ts';
import { BLOCK_BYTES, zeroSpans } from '../image/zero-spans.ts';
import { bytesIn, cut } from '../protocol/pieces.ts';
import { Holes } from './holes.ts';
import { createPartial, removeDeadPartials, type PartialFile } from './partial-file.ts';

export interface ImageFileOptions {
  /** room that must be there before it is begun */
  readonly neededBytes: number;
  /** replace a file of that name, at the end and at once. @default false */
  readonly overwrite?: boolean | undefined;
  /** wait for the disk, so that the image outlives a power cut. @default true */
  readonly durable?: boolean | undefined;
  readonly storage?: Storage | undefined;
}

export interface WriterOptions {
  /** paces what is really written */
  readonly limiter: Limiter;
  /** its abort destroys the sink */
  readonly signal?: AbortSignal | undefined;
  readonly onWritten: (bytes: number, zeroBytes: number) => void;
  readonly onFailed: (error: VmToolsError) => void;
}

/**
 * A file that comes into being whole or not at all: it is written beside its place, under a name that no other
 * program looks for, and gets its own name when all of it is on the disk. What a killed writer has left is removed by the
 * next one that comes into the folder.
 */
export class ImageFile {
  readonly #path: string;
  readonly #partial: PartialFile;
  readonly #file: WrittenFile;
  readonly #overwrite: boolean;
  readonly #durable: boolean;
  #bytes = 0;
  #holes: Holes | undefined;
  #isNamed = false;

  private constructor(path: string, partial: PartialFile, file: WrittenFile, options: ImageFileOptions) {
    this.#path = path;
    this.#partial = partial;
    this.#file = file;
    this.#overwrite = options.overwrite ?? false;
    this.#durable = options.durable ?? true;
  }

  /**
   * @throws VmToolsError XFR_FILE_EXISTS, XFR_FILE_TYPE (usage), XFR_NO_SPACE (resource), or why it cannot be created;
   *   nothing is left then
   */
  static async create(path: string, options: ImageFileOptions): Promise<ImageFile> {
    const { neededBytes, overwrite = false, storage = diskStorage } = options;
    await refuseExisting(path, overwrite);
    const folder = dirname(path);
    let partial: PartialFile | undefined;
    try {
      await removeDeadPartials(folder);
      const free = await storage.freeBytes(folder);
      if (free < neededBytes) throw noSpace(path, neededBytes, free);
      partial = await createPartial(folder);
      return new ImageFile(path, partial, await storage.open(partial.path), options);
    } catch (thrown) {
      await partial?.remove();
      throw fileError(thrown, 'create', path);
    }
  }

  /**
   * A sink that keeps nothing, into the file; an error of the file system is reported before the
   * sink acts on it.
   * Pages of zeros become holes: they are read back as zeros, take neither time nor room, and do not count for the
   * limiter.
   */
  writer(options: WriterOptions): Writable {
    const write = async (pieces: readonly Buffer[]): Promise<void> => {
      try {
        await this.#writeSpans(pieces, options);
      } catch (thrown) {
        throw fileError(thrown, 'write', this.#path);
      }
    };
    // Pieces end where a socket happens to, and a block of zeros that lies in two of them would be written.
    let begun: Buffer = Buffer.alloc(0);
    const take = async (pieces: readonly Buffer[]): Promise<void> => {
      const all = [begun, ...pieces];
      const bytes = bytesIn(all);
      const [blocks, rest] = cut(all, Math.max(0, bytes - ((this.#bytes + bytes) % BLOCK_BYTES)));
      begun = Buffer.concat(rest);
      await write(blocks);
    };
    const { signal, onFailed } = options;
    const final = (): Promise<void> => write([begun]);
    return takingSink(take, { signal, final, onFailed: (thrown) => onFailed(thrown as VmToolsError) });
  }

  async #writeSpans(chunks: readonly Buffer[], { onWritten, signal, limiter }: WriterOptions): Promise<void> {
    for (const { pieces, bytes, isZero } of zeroSpans(chunks, this.#bytes)) {
      if (isZero) {
        onWritten(0, bytes);
        this.#bytes += bytes;
      } else {
        for await (const slice of pacedSlices(pieces, limiter, signal)) {
          await this.#file.write(slice, this.#bytes);
          onWritten(bytesIn(slice), 0);
          this.#bytes += bytesIn(slice);
        }
      }
    }
  }

  /** Writes at any place, in place of `writer`: what is never written is a hole. */
  async writeAt(bytes: Buffer, position: number): Promise<void> {
    try {
      await this.#file.write([bytes], position);
    } catch (thrown) {
      throw fileError(thrown, 'write', this.#path);
    }
    this.reach(position + bytes.length);
  }

  /** Makes it at least so long. */
  reach(bytes: number): void {
    this.#bytes = Math.max(this.#bytes, bytes);
  }

  /**
   * The file for a source that has it written by another process, in place of `writer`; undefined where the storage
   * lends it to none. Nothing paces that process, and its zeros become holes a moment later.
   */
  place(onWritten: WriterOptions['onWritten']): ImagePlace | undefined {
    const { shared } = this.#file;
    if (shared === undefined) return undefined;
    const holes = (this.#holes = new Holes(shared, 0, onWritten));
    const wrote = (bytes: number): void => {
      this.#bytes += bytes;
      holes.wrote(bytes);
    };
    return {
      ...shared,
      write: async (bytes, position) => {
        try {
          await this.#file.write([Buffer.from(bytes)], position);
        } catch (thrown) {
          throw fileError(thrown, 'write', this.#path);
        }
        wrote(bytes.length);
      },
      wrote,
      failed: (code, cause) =>
        fileError(Object.assign(new Error(messageOf(cause), { cause }), { code }), 'write', this.#path),
    };
  }

  /** Gives the file its name. When it rejects, `discard` is still to be called. */
  async commit(): Promise<void> {
    try {
      await this.#holes?.finish();
      await this.#file.setLength(this.#bytes);
      if (this.#durable) await this.#file.sync();
      await this.#file.close();
      if (this.#overwrite) await rename(this.#partial.path, this.#path);
      else await nameUnlessTaken(this.#partial.path, this.#path);
      this.#isNamed = true;
      // The image is there; where this fails there is a second name for it, which does no harm.
      await this.#partial.remove();
      if (this.#durable) await syncFolder(dirname(this.#path));
    } catch (thrown) {
      throw fileError(thrown, 'finish', this.#path);
    }
  }

  /** Removes what has been written. Does not reject: it is called because something else has failed. */
  async discard(): Promise<void> {
    await this.#holes?.stop();
    await this.#file.close().catch(() => undefined);
    if (this.#isNamed) await rm(this.#path, { force: true }).catch(() => undefined);
    await this.#partial.remove();
  }
}

async function refuseExisting(path: string, overwrite: boolean): Promise<void> {
  const existing = await lstat(path).catch((thrown: unknown) => {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw fileError(thrown, 'create', path);
  });
  if (existing === undefined) return;
  // To put a file in the place of a device or a link is never what was meant.
  if (!existing.isFile()) throw notAFile(path);
  if (!overwrite) throw fileExists(path);
}

/** Two writers of the same name at the same time: the second one must not replace the guest of the first. */
async function nameUnlessTaken(partial: string, path: string): Promise<void> {
  try {
    await link(partial, path);
    return;
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw fileExists(path);
    if (code !== 'EPERM' && code !== 'ENOTSUP') throw thrown;
    // A file system without hard links cannot do better than this.
    await refuseExisting(path, false);
    return rename(partial, path);
  }
}

function fileExists(path: string): VmToolsError {
  return new VmToolsError({
    code: 'XFR_FILE_EXISTS',
    kind: 'usage',
    message: `${path} exists already`,
    hint: 'choose another name, or allow it to be overwritten',
    details: { path },
  });
}

function notAFile(path: string): VmToolsError {
  return new VmToolsError({
    code: 'XFR_FILE_TYPE',
    kind: 'usage',
    message: `${path} exists and is not a regular file`,
    hint: 'name a file',
    details: { path },
  });
}

function noSpace(path: string, neededBytes: number, freeBytes: number): VmToolsError {
  return new VmToolsError({
    code: 'XFR_NO_SPACE',
    kind: 'resource',
    message: `${formatBytes(neededBytes)} are needed for ${path}, and ${formatBytes(freeBytes)} are free there`,
    hint: 'make room, or name a file on another file system',
    details: { path, neededBytes, freeBytes },
  });
}
