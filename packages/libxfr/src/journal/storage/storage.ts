/** The place in which journals are kept: named files of bytes that outlive the process, and a lock for each guest. */
export interface JournalStorage {
  /** of all files there are */
  names(): Promise<readonly string[]>;
  /** undefined when there is none */
  read(name: string): Promise<Buffer | undefined>;
  /** Resolves when the new file and its first bytes are there for good. @throws with code EEXIST */
  create(name: string, bytes: Buffer): Promise<JournalFile>;
  /** The part behind `length` is cut off. */
  open(name: string, length: number): Promise<JournalFile>;
  remove(name: string): Promise<void>;
  /**
   * Held until it is disposed of or the process ends, however it ends; undefined when another process holds it.
   *
   * @param key a UUID or an id: letters, digits and hyphens
   */
  lock(key: string): Promise<AsyncDisposable | undefined>;
  /** The same for all processes that keep journals there, and for no others. @default unknown */
  hostId?(options?: { readonly isMade?: boolean }): Promise<string | undefined>;
  /** Its holder, since when, in a clause. @default unknown */
  holder?(key: string): Promise<string>;
}

/** One file that is being written. */
export interface JournalFile {
  /** Resolves when the bytes are there for good. */
  append(bytes: Buffer): Promise<void>;
  /** Cuts off what is behind this length; resolves when that is so for good. */
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}
