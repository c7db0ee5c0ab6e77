import { fstatSync } from 'node:fs';
import { loadLibc } from '@vm-tools/libc';

/** As much as the kernel lets any user have. */
const PIPE_BYTES = 2 ** 20;

/**
 * Gives a pipe that carries an image more room than the 64 KiB that it is born with: on a host with one processor each
 * end would wait for the other that often. Where that is not allowed the pipe stays as it is.
 */
export async function growPipe(fd: number): Promise<void> {
  if (!fstatSync(fd).isFIFO()) return;
  const libc = await loadLibc();
  libc.growPipe(fd, PIPE_BYTES);
}
