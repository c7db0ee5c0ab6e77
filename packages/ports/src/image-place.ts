/** A regular file as the place of an image, for a source that can have it written by another process. */
export interface ImagePlace {
  /** by which that process can open the file, e.g. "/proc/4711/fd/20"; it is empty */
  readonly path: string;
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** @returns how many bytes there were at this place, up to the length of the buffer */
  read(into: Buffer, position: number): Promise<number>;
  /** bytes that are in the file by now */
  size(): Promise<number>;
  /** Told of bytes that another process has written. */
  wrote(bytes: number): void;
  /** The error for what the file system has answered to a write of that process, e.g. "ENOSPC", told by `cause`. */
  failed(errno: string, cause: unknown): Error;
}
