import { closeSync, openSync } from 'node:fs';
import type { Libxc } from '../libxc.ts';
import type { FilePlace } from '../xen.ts';

/** <unistd.h> */
const SEEK_SET = 0;

/**
 * Calls `use` with a file descriptor of this file that stands at this place: a description of its own, so that the
 * one of the parent stands where it stood. Node has no lseek; libxc has nothing but the offset of what it is given.
 */
export function withFileAt<Result>(
  libxc: Libxc,
  domid: number,
  { path, at }: FilePlace,
  mode: 'r' | 'r+',
  use: (fd: number) => Result,
): Result {
  const fd = openSync(path, mode);
  try {
    libxc.call('lseek', [fd, at, SEEK_SET], domid);
    return use(fd);
  } finally {
    closeSync(fd);
  }
}
