/** l_type of struct flock (asm-generic/fcntl.h). */
export const LOCK_TYPE = { write: 1, unlock: 2 } as const;

/**
 * struct flock as 64-bit Linux has it on x86-64 and arm64 alike, both little-endian:
 *
 *     short l_type; short l_whence; (4 bytes) off_t l_start; off_t l_len; pid_t l_pid; (4 bytes)
 */
const SIZE_BYTES = 32;
const PID_OFFSET = 24;

/** The whole file: from its start (SEEK_SET is 0), and a length of 0 means to its end, wherever that will be. */
export function encodeFlock(type: number): Buffer {
  const flock = Buffer.alloc(SIZE_BYTES);
  flock.writeInt16LE(type, 0);
  return flock;
}

/** Decodes the kernel's answer in it. */
export function decodeFlock(flock: Buffer): { readonly type: number; readonly pid: number } {
  return { type: flock.readInt16LE(0), pid: flock.readInt32LE(PID_OFFSET) };
}
