/**
 * Records of a libxc stream, under the names of docs/specs/libxc-migration-stream.pandoc:
 *
 *     0             4               8                          8 + length, padded to 8
 *     +-------------+---------------+--------------------------+
 *     | type, LE    | length, LE    | body …          | 0 … 0  |
 *     +-------------+---------------+--------------------------+
 */
export const RECORD = {
  END: 0x00,
  PAGE_DATA: 0x01,
  X86_PV_INFO: 0x02,
  X86_PV_P2M_FRAMES: 0x03,
  X86_PV_VCPU_BASIC: 0x04,
  X86_PV_VCPU_EXTENDED: 0x05,
  X86_PV_VCPU_XSAVE: 0x06,
  SHARED_INFO: 0x07,
  X86_TSC_INFO: 0x08,
  HVM_CONTEXT: 0x09,
  HVM_PARAMS: 0x0a,
  TOOLSTACK: 0x0b,
  X86_PV_VCPU_MSRS: 0x0c,
  VERIFY: 0x0d,
  CHECKPOINT: 0x0e,
  CHECKPOINT_DIRTY_PFN_LIST: 0x0f,
  STATIC_DATA_END: 0x10,
  X86_CPUID_POLICY: 0x11,
  X86_MSR_POLICY: 0x12,
} as const;

/** The number of a libxc record (docs/specs/libxc-migration-stream.pandoc). */
export type RecordType = (typeof RECORD)[keyof typeof RECORD];

/** Set in the type of a record that a receiver may ignore. */
export const RECORD_OPTIONAL = 0x8000_0000;

export const RECORD_HEADER_BYTES = 8;

/** REC_LENGTH_MAX: libxc refuses longer bodies. */
export const RECORD_MAX_BYTES = 128 * 1024 * 1024;

/** A page of guest memory. */
export const PAGE_BYTES = 4096;

const NAMES = new Map<number, string>(Object.entries(RECORD).map(([name, type]) => [type, name]));

/** The name of a libxc record for people, also of one that is not known. */
export function recordName(type: number): string {
  return NAMES.get(type) ?? `unknown (0x${type.toString(16).padStart(8, '0')})`;
}
