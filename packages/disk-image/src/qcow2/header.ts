/** "QFI\xfb" */
export const QCOW_MAGIC = 0x514649fb;
/** As long as the fields of version 3 that are read or written here. */
export const HEADER_BYTES = 104;
/** The part that version 2 has. */
const OLD_HEADER_BYTES = 72;

/** Bits of the features without which a reader must not open an image. */
const FEATURE = { dirty: 1n, corrupt: 2n, dataFile: 4n, compression: 8n, longEntries: 16n } as const;
const KNOWN_FEATURES = Object.values(FEATURE).reduce<bigint>((all, bit) => all | bit, 0n);

/** What the header of a qcow2 image says, as far as another image on top of it needs that. */
export interface Qcow2Header {
  /** as its guest sees it */
  readonly virtualBytes: bigint;
  /** it names another file in which the rest of its contents is */
  readonly hasBackingFile: boolean;
  /** it names another file in which all of its contents is */
  readonly hasDataFile: boolean;
  readonly isEncrypted: boolean;
  readonly isCorrupt: boolean;
  /** bits of features that no known version of qemu has */
  readonly unknownFeatures: bigint;
}

/** As long as what `otherFilesOf` reads. */
export const NAMING_BYTES = 80;

/** The other files that an image names, which whoever opens it opens as well. */
export type OtherFiles = Pick<Qcow2Header, 'hasBackingFile' | 'hasDataFile'>;

/**
 * Whether an image names other files. It is of any version: one that is not known here may still be opened by qemu.
 *
 * @param bytes `NAMING_BYTES` of it at least; of a shorter file, with zeros behind it
 * @returns undefined if these are not the first bytes of a qcow image
 */
export function otherFilesOf(bytes: Buffer): OtherFiles | undefined {
  return bytes.readUInt32BE(0) === QCOW_MAGIC ? namedBy(bytes) : undefined;
}

function namedBy(bytes: Buffer): OtherFiles {
  return {
    hasBackingFile: bytes.readBigUInt64BE(8) !== 0n,
    hasDataFile: (featuresOf(bytes) & FEATURE.dataFile) !== 0n,
  };
}

function featuresOf(bytes: Buffer): bigint {
  return bytes.readUInt32BE(4) >= 3 ? bytes.readBigUInt64BE(72) : 0n;
}

/** Reads the header of an image; undefined if these are not the first bytes of a qcow2 image, or of a version that is
 * not 2 or 3. */
export function parseQcow2(bytes: Buffer): Qcow2Header | undefined {
  if (bytes.length < OLD_HEADER_BYTES || bytes.readUInt32BE(0) !== QCOW_MAGIC) return undefined;
  const version = bytes.readUInt32BE(4);
  if (version !== 2 && version !== 3) return undefined;
  if (version === 3 && bytes.length < HEADER_BYTES) return undefined;
  const features = featuresOf(bytes);
  return {
    ...namedBy(bytes),
    virtualBytes: bytes.readBigUInt64BE(24),
    isEncrypted: bytes.readUInt32BE(32) !== 0,
    isCorrupt: (features & FEATURE.corrupt) !== 0n,
    unknownFeatures: features & ~KNOWN_FEATURES,
  };
}
