/** A regular file that holds an image from its beginning, for a target that can have it read by another process. */
export interface ImageOrigin {
  /** by which that process can open the file, e.g. "/proc/4711/fd/20" */
  readonly path: string;
  /** @returns how many bytes there were at this place, up to the length of the buffer */
  read(into: Buffer, position: number): Promise<number>;
  size(): Promise<number>;
  /** Told of bytes that another process has read. */
  onRead(bytes: number): void;
  /** Rejects when the file has changed since it was opened: what was checked need not be what was read. */
  requireSame(): Promise<void>;
}
