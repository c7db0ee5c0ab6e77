import { FIRST_USABLE_PROTOCOL, type BzImage } from '@vm-tools/kernel-image';
import { XC_ERROR, type CallLog } from '../call-log.ts';
import type { Kernel } from './xen-kernel.ts';

/** gzip, bzip2, xz, zstd, lzma, lzo, lz4: what libxenguest unpacks */
const COMPRESSIONS = ['1f8b', '425a68', 'fd377a585a00', '28b52ffd', '5d00', '894c5a4f', '0221'].map((magic) =>
  Buffer.from(magic, 'hex'),
);

/** The address to which Linux is linked. */
const LINUX_START = 0x100_0000n;

/**
 * A Linux kernel as distributions install it. Its payload is not unpacked (Debian's is xz, which Node cannot): it is
 * a kernel by its looks, and lies in the guest as it lies in the file.
 *
 * @returns undefined, with libxc's words in the log, for one that it cannot load
 */
export function bzImageKernel(
  file: Buffer,
  { protocol, payloadStart, payloadEnd }: BzImage,
  log: CallLog,
): Kernel | undefined {
  const payload = file.subarray(payloadStart, payloadEnd);
  const isKnown = COMPRESSIONS.some((magic) => payload.subarray(0, magic.length).equals(magic));
  const problem =
    protocol < FIRST_USABLE_PROTOCOL
      ? `707: boot protocol too old (${protocol.toString(16).padStart(4, '0')})`
      : payloadStart >= file.length
        ? '721: payload offset overflow'
        : payloadEnd > file.length
          ? '727: payload length overflow'
          : isKnown
            ? undefined
            : '813: unknown compression format';
  if (problem !== undefined) {
    const [line, text] = problem.split(': ');
    log.panic(
      `xg_dom_bzimageloader.c:${line}`,
      `xc_dom_probe_bzimage_kernel: ${text}`,
      XC_ERROR.invalidKernel,
    );
    return undefined;
  }
  return {
    start: LINUX_START,
    end: LINUX_START + BigInt(payload.length),
    parts: [{ address: LINUX_START, data: payload }],
    entry: LINUX_START,
    isTruncated: false,
  };
}
