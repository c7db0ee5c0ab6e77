import { mkdir, open, readdir, rm } from 'node:fs/promises';

/**
 * The calls on a file system that journals need, in node's words. Nothing on it is there for good before it was synced.
 */
export interface Disk {
  mkdir(path: string, options: { recursive: true; mode: number }): Promise<string | undefined>;
  open(path: string, flags: 'r' | 'a' | 'ax', mode?: number): Promise<DiskFile>;
  readdir(path: string): Promise<string[]>;
  rm(path: string, options: { force: true }): Promise<void>;
}

export interface DiskFile extends AsyncDisposable {
  appendFile(bytes: Buffer): Promise<void>;
  readFile(): Promise<Buffer>;
  stat(): Promise<{ readonly size: number }>;
  truncate(length: number): Promise<void>;
  /** of a folder: the names in it */
  sync(): Promise<void>;
  datasync(): Promise<void>;
  close(): Promise<void>;
}

/** That of this machine. */
export const DISK: Disk = { mkdir, open, readdir, rm };
