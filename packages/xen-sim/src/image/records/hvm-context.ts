import { encodeHvmContext } from '@vm-tools/xen-stream';

const RECORD_HEADER_BYTES = 8;
/** HVM_SAVE_CODE(CPU), and the size and some fields of struct hvm_hw_cpu (xen/arch-x86/hvm/save.h) */
const CPU = { code: 2, bytes: 1032, rbx: 520, rip: 640, rflags: 648, cr0: 656 } as const;
/** Protected mode without paging, in which a PVH guest is entered. */
const PROTECTED_MODE = 0x11n;
const ALWAYS_SET = 0x2n;

/**
 * The body of HVM_CONTEXT of a simulated guest. Its vCPUs do not really run, so they stay where they were entered.
 *
 * @param boot where the first one is, and the start info that it was given
 */
export function hvmContext(vcpus: number, boot?: { entry: bigint; startInfo: number }): Uint8Array {
  const entries = Array.from({ length: vcpus }, (_, instance) => {
    const data = Buffer.alloc(CPU.bytes);
    data.writeBigUInt64LE(ALWAYS_SET, CPU.rflags);
    data.writeBigUInt64LE(PROTECTED_MODE, CPU.cr0);
    if (instance === 0 && boot !== undefined) {
      data.writeBigUInt64LE(BigInt.asUintN(64, boot.entry), CPU.rip);
      data.writeBigUInt64LE(BigInt(boot.startInfo), CPU.rbx);
    }
    return { type: CPU.code, instance, data };
  });
  return encodeHvmContext(entries).subarray(RECORD_HEADER_BYTES);
}
