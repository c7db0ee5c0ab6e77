import { open, statfs } from 'node:fs/promises';
import { loadLibc } from '@vm-tools/libc';
import type { ImagePlace } from '@vm-tools/ports';
import { writeAll } from './write-all.ts';

/** A file that is being written. */
export interface WrittenFile {
  /** Writes all of the pieces at this place; what lies between it and the end of the file so far is a hole. */
  write(pieces: readonly Buffer[], position: number): Promise<void>;
  /** Makes the file so long: there may be a hole at its end. */
  setLength(bytes: number): Promise<void>;
  /** Resolves when the disk has it. */
  sync(): Promise<void>;
  close(): Promise<void>;
  /** What a process that writes it besides needs, and one that reads what it has written. */
  readonly shared?: SharedFile;
}

/** A regular file that other processes of this user can open. */
export interface SharedFile extends Pick<ImagePlace, 'path' | 'read' | 'size'> {
  /** Gives back the room of these bytes, which are zeros. */
  punch(position: number, bytes: number): Promise<void>;
}

/** The part of a file system that can be full. */
export interface Storage {
  /** The space that an unprivileged user could still fill in this folder, bytes. */
  freeBytes(folder: string): Promise<number>;
  /** Opens a file that is there, to be written. */
  open(path: string): Promise<WrittenFile>;
}

export const diskStorage: Storage = {
  async freeBytes(folder) {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  },
  async open(path) {
    const handle = await open(path, 'r+');
    return {
      write: (pieces, position) => writeAll(handle, pieces, position),
      setLength: (bytes) => handle.truncate(bytes),
      sync: () => handle.sync(),
      close: () => handle.close(),
      shared: {
        path: `/proc/${process.pid}/fd/${handle.fd}`,
        read: async (into, position) => (await handle.read(into, 0, into.length, position)).bytesRead,
        punch: async (position, bytes) => (await loadLibc()).punchHole(handle.fd, position, bytes),
        size: async () => (await handle.stat()).size,
      },
    };
  },
};
