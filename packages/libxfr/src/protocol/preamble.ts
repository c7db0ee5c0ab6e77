/**
 * The first bytes of each direction say which protocol this is and which versions of it are spoken, so that both
 * ends come to the same choice without a word more: the newest that both know.
 *
 * ```
 *    0                               8       10      12              16
 *    +-------------------------------+-------+-------+---------------+
 *    | "VM-XFR" CR LF                | oldest| newest| 0, ignored    |   big-endian
 *    +-------------------------------+-------+-------+---------------+
 * ```
 */
import { VmToolsError } from '@vm-tools/errors';

/** CR LF shows a connection that translates line ends, before it damages an image. */
const MAGIC = Buffer.from('VM-XFR\r\n', 'latin1');
export const PREAMBLE_BYTES = 16;

export interface VersionRange {
  readonly oldest: number;
  readonly newest: number;
}

/**
 * The versions that this release speaks. Version 1 had no journals: after a broken link neither end could say where the
 * guest is. Version 2 cannot be asked whether a guest could come. The target of version 3 does not say how far it is,
 * and both ends hash all zeros of an image. Version 4 cannot be asked where a guest is.
 */
export const VERSIONS: VersionRange = { oldest: 2, newest: 5 };
/** Since this one there is CHECK. */
const CHECK_VERSION = 3;
/** Since this one there is TAKEN. */
export const TAKEN_VERSION = 4;
/** Since this one the digest of an image leaves out its zeros. */
export const SPARSE_DIGEST_VERSION = 4;

/** Since this one there is WHERE. */
const WHERE_VERSION = 5;

export function encodePreamble({ oldest, newest }: VersionRange): Buffer {
  const preamble = Buffer.alloc(PREAMBLE_BYTES);
  MAGIC.copy(preamble);
  preamble.writeUInt16BE(oldest, 8);
  preamble.writeUInt16BE(newest, 10);
  return preamble;
}

/** @throws VmToolsError XFR_PROTOCOL_MAGIC of kind peer when another program answered */
export function decodePreamble(preamble: Buffer, peer: string): VersionRange {
  const range = { oldest: preamble.readUInt16BE(8), newest: preamble.readUInt16BE(10) };
  if (
    !preamble.subarray(0, MAGIC.length).equals(MAGIC) ||
    range.oldest === 0 ||
    range.newest < range.oldest
  ) {
    throw new VmToolsError({
      code: 'XFR_PROTOCOL_MAGIC',
      kind: 'peer',
      message: `${peer} does not speak the transfer protocol`,
      hint: 'check the port: something else than xfrd answers there',
      details: { peer, preamble: preamble.toString('hex') },
    });
  }
  return range;
}

/** @throws VmToolsError XFR_PROTOCOL_OLDER or XFR_PROTOCOL_NEWER of kind peer when there is no common version */
export function newestCommon(ours: VersionRange, theirs: VersionRange, peer: string): number {
  const version = Math.min(ours.newest, theirs.newest);
  if (version >= Math.max(ours.oldest, theirs.oldest)) return version;
  const isOlder = theirs.newest < ours.oldest;
  throw new VmToolsError({
    code: isOlder ? 'XFR_PROTOCOL_OLDER' : 'XFR_PROTOCOL_NEWER',
    kind: 'peer',
    message: `no common version of the transfer protocol: ${peer} speaks ${rangeText(theirs)}, this side ${rangeText(ours)}`,
    hint: `bring vm-tools ${isOlder ? `on ${peer}` : 'here'} up to date`,
    details: { peer, ours, theirs },
  });
}

/** @throws VmToolsError XFR_PROTOCOL_OLDER of kind peer when the version that both speak knows no checks */
export function requireChecks(version: number, peer: string): void {
  if (version >= CHECK_VERSION) return;
  throw new VmToolsError({
    code: 'XFR_PROTOCOL_OLDER',
    kind: 'peer',
    message: `${peer} speaks version ${version} of the transfer protocol, which has no way to ask whether a guest could come`,
    hint: `bring vm-tools on ${peer} up to date, or move the guest without asking first`,
    details: { peer, version, needed: CHECK_VERSION },
  });
}

/** @throws VmToolsError XFR_PROTOCOL_OLDER of kind peer when the version that both speak cannot be asked for a guest */
export function requireWhere(version: number, peer: string): void {
  if (version >= WHERE_VERSION) return;
  throw new VmToolsError({
    code: 'XFR_PROTOCOL_OLDER',
    kind: 'peer',
    message: `${peer} speaks version ${version} of the transfer protocol, which has no way to ask where a guest is`,
    hint: `bring vm-tools on ${peer} up to date, and look there with vm-list until then`,
    details: { peer, version, needed: WHERE_VERSION },
  });
}

function rangeText({ oldest, newest }: VersionRange): string {
  return oldest === newest ? `version ${oldest}` : `versions ${oldest} to ${newest}`;
}
