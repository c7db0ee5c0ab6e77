import { open, type FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { FilePlace } from '@vm-tools/xc-native';
import type { ErrnoName } from '../../machine/strerror.ts';
import type { ImageOutput } from './image-stream.ts';

/** A file that a save writes by itself, as libxc does; to a reader it is a stream without a byte. */
export class ImageFile extends Readable implements ImageOutput {
  readonly #file: Promise<FileHandle>;
  #at: number;
  #isCut = false;

  constructor({ path, at }: FilePlace) {
    super();
    this.on('error', () => undefined); // as with the stream of a save
    this.#file = open(path, 'r+');
    this.#file.catch(() => undefined); // the first write tells
    this.#at = at;
  }

  async send(bytes: Uint8Array): Promise<ErrnoName | undefined> {
    try {
      const file = await this.#file;
      for (let sent = 0; sent < bytes.length && !this.#isCut;) {
        const { bytesWritten } = await file.write(bytes, sent, bytes.length - sent, this.#at);
        sent += bytesWritten;
        this.#at += bytesWritten;
      }
      return this.#isCut ? 'EFBIG' : undefined;
    } catch (thrown) {
      return (thrown as NodeJS.ErrnoException).code as ErrnoName;
    }
  }

  cut(): void {
    this.#isCut = true;
  }

  override _read(): void {
    // There is nothing until the save ends it.
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#isCut = true;
    this.#file
      .then((file) => file.close())
      .catch(() => undefined)
      .finally(() => callback(error));
  }
}
