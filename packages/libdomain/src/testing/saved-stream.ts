import {
  encodeHvmContext,
  encodeHvmParams,
  encodeLibxcHeader,
  encodePageDataHead,
  encodeRecord,
  encodeTscInfo,
  PAGE_BYTES,
  PAGE_TYPE,
  RECORD,
} from '@vm-tools/xen-stream';

const STORE_PFN = 0xfeffc;
const CONSOLE_PFN = 0xfefff;

/** Pieces of the libxc stream of a small PVH guest, in their order. */
export const savedStream = {
  head: (): Uint8Array =>
    Buffer.concat([
      encodeLibxcHeader({ version: 3, type: 'hvm', xenMajor: 4, xenMinor: 17 }),
      encodeRecord(RECORD.X86_CPUID_POLICY, Buffer.alloc(24)),
      encodeRecord(RECORD.X86_MSR_POLICY, Buffer.alloc(16)),
      encodeRecord(RECORD.STATIC_DATA_END),
    ]),
  pages: (count: number): Uint8Array => pageData(Array.from({ length: count }, (_, pfn) => pfn)),
  tail: (): Uint8Array =>
    Buffer.concat([
      pageData([STORE_PFN, CONSOLE_PFN]),
      encodeTscInfo({ mode: 0, khz: 2_400_000, nsec: 1n, incarnation: 1 }),
      encodeHvmContext([]),
      encodeHvmParams([
        [1, BigInt(STORE_PFN)],
        [17, BigInt(CONSOLE_PFN)],
      ]),
      encodeRecord(RECORD.END),
    ]),
};

function pageData(pfns: readonly number[]): Uint8Array {
  const head = encodePageDataHead(pfns.map((pfn) => ({ pfn, type: PAGE_TYPE.NOTAB })));
  return Buffer.concat([head, Buffer.alloc(pfns.length * PAGE_BYTES, 'guest memory ')]);
}
