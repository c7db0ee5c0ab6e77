import { encodeTscInfo } from '@vm-tools/xen-stream';

const RECORD_HEADER_BYTES = 8;
const CPU_KHZ = 2_400_000;

/** The body of X86_TSC_INFO of a guest that reads the time stamp counter of its processor. */
export function tscInfo(): Uint8Array {
  return encodeTscInfo({ mode: 0, khz: CPU_KHZ, nsec: 0n, incarnation: 1 }).subarray(RECORD_HEADER_BYTES);
}
