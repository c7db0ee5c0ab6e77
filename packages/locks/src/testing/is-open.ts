import { readdirSync, readlinkSync } from 'node:fs';

/** Whether this process has the file open, which may have been unlinked since. */
export function isOpen(path: string): boolean {
  return readdirSync('/proc/self/fd').some((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).replace(/ \(deleted\)$/, '') === path;
    } catch {
      return false; // of the folder that has been read
    }
  });
}
