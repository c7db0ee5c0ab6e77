import { MSR_BYTES, type CpuPolicy } from '@vm-tools/xc-native';

const MSR_ARCH_CAPABILITIES = 0x10a;
/** Of an xen_msr_entry_t: behind its number and its flags, which take 4 bytes each. */
const VALUE_AT = 8;

/** MSR_ARCH_CAPABILITIES, which says what the processor is not vulnerable to; 0 where the policy has none. */
export function archCapabilities({ msrs }: Pick<CpuPolicy, 'msrs'>): bigint {
  const bytes = Buffer.from(msrs.buffer, msrs.byteOffset, msrs.byteLength);
  for (let at = 0; at + MSR_BYTES <= bytes.length; at += MSR_BYTES)
    if (bytes.readUInt32LE(at) === MSR_ARCH_CAPABILITIES) return bytes.readBigUInt64LE(at + VALUE_AT);
  return 0n;
}
