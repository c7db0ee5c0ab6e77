/** The offsets at which libxc writes to and reads from PV guests of each width, bytes. */
export const PV_LAYOUT = {
  4: {
    levels: 3,
    /** sizeof(vcpu_guest_context_t), and edx in it: at save and restore, the pfn of the start info */
    vcpuBytes: 2800,
    startInfoRegister: 524,
    startInfo: {
      nrPages: 32,
      sharedInfo: 36,
      flags: 40,
      storePfn: 44,
      storePort: 48,
      consolePfn: 52,
      consolePort: 56,
      modulePfn: 72,
      moduleBytes: 76,
      cmdline: 80,
    },
  },
  8: {
    levels: 4,
    vcpuBytes: 5168,
    startInfoRegister: 616,
    startInfo: {
      nrPages: 32,
      sharedInfo: 40,
      flags: 48,
      storePfn: 56,
      storePort: 64,
      consolePfn: 72,
      consolePort: 80,
      modulePfn: 112,
      moduleBytes: 120,
      cmdline: 128,
    },
  },
} as const;

export type PvWidth = keyof typeof PV_LAYOUT;

/** A machine word of the guest. */
export function readWord(bytes: Buffer, at: number, width: PvWidth): number {
  return width === 4 ? bytes.readUInt32LE(at) : Number(bytes.readBigUInt64LE(at));
}

export function writeWord(bytes: Buffer, at: number, width: PvWidth, value: number): void {
  if (width === 4) bytes.writeUInt32LE(value, at);
  else bytes.writeBigUInt64LE(BigInt(value), at);
}
