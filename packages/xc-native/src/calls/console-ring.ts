import type { Libxc } from '../libxc.ts';

const BYTES_PER_CALL = 16 * 1024;
/** Xen writes on while it is read: after so many calls the end has moved often enough. */
const MOST_CALLS = 4096;

/** All that is in Xen's console ring, the oldest first; each call goes on where the one before has ended. */
export function readConsoleRing(libxc: Libxc, clear: boolean): string {
  const index = Buffer.alloc(4);
  const chunks: Buffer[] = [];
  for (let count = 0; count < MOST_CALLS; count += 1) {
    const [chunk, length] = [Buffer.alloc(BYTES_PER_CALL), Buffer.alloc(4)];
    length.writeUInt32LE(BYTES_PER_CALL);
    libxc.call('xc_readconsolering', [libxc.xch, chunk, length, clear ? 1 : 0, 1, index]);
    const read = length.readUInt32LE();
    if (read === 0) break;
    chunks.push(chunk.subarray(0, read));
  }
  return Buffer.concat(chunks).toString('utf8');
}
