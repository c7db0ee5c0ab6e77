import { corrupt, type StreamPlace } from '../error.ts';
import type { StreamState } from './stream-state.ts';

const DESCRIPTOR_BYTES = 8;
const HVM_SAVE_END = 0;
const HVM_SAVE_HEADER = 1;
const HVM_FILE_MAGIC = 0x54381286;
const HVM_SAVE_HEADER_BYTES = 24;

const HVM_PARAM_STORE_PFN = 1n;
const HVM_PARAM_CONSOLE_PFN = 17n;

/**
 * HVM_CONTEXT: Xen's own state of the vcpus and of the platform, a chain of `u16 type, u16 instance, u32 length` and
 * as many bytes. The first entry is a header with a magic number, the last one is of type 0. Xen parses it at the very
 * end of a restore, so that a broken chain would otherwise be noticed when all memory has been moved.
 */
export function checkHvmContext(body: Buffer, state: StreamState, place: StreamPlace): void {
  let at = 0;
  for (let entry = 0; ; entry++) {
    if (body.length - at < DESCRIPTOR_BYTES) throw corrupt('the chain of entries has no end', place);
    const type = body.readUInt16LE(at);
    const length = body.readUInt32LE(at + 4);
    at += DESCRIPTOR_BYTES;
    if (length > body.length - at)
      throw corrupt(`entry ${entry} (type ${type}) is longer than the record`, place);
    if (entry === 0 && !isContextHeader(type, body.subarray(at, at + length))) {
      throw corrupt('it does not begin with a header', place);
    }
    at += length;
    if (type === HVM_SAVE_END) break;
  }
  if (at !== body.length) throw corrupt(`${body.length - at} bytes follow the last entry`, place);
  state.hasHvmContext = true;
}

/** HVM_PARAMS: u32 count, u32 reserved, then pairs of u64 index and u64 value */
export function checkHvmParams(body: Buffer, state: StreamState, place: StreamPlace): void {
  const count = body.readUInt32LE(0);
  if (body.readUInt32LE(4) !== 0) throw corrupt('reserved bits are set', place);
  if (body.length !== 8 + 16 * count)
    throw corrupt(`its length ${body.length} does not fit ${count} params`, place);
  for (let at = 8; at < body.length; at += 16) {
    const index = body.readBigUInt64LE(at);
    const value = body.readBigUInt64LE(at + 8);
    if (index === HVM_PARAM_STORE_PFN) state.storePfn = value;
    if (index === HVM_PARAM_CONSOLE_PFN) state.consolePfn = value;
  }
}

/** Checks that all records of an HVM or PVH domain have come before END. */
export function checkHvmComplete(state: StreamState, place: StreamPlace): void {
  if (!state.hasHvmContext) throw corrupt('HVM_CONTEXT is missing', place);
  checkSpecialPage('STORE_PFN', state.storePfn, state, place);
  checkSpecialPage('CONSOLE_PFN', state.consolePfn, state, place);
}

function isContextHeader(type: number, entry: Buffer): boolean {
  return (
    type === HVM_SAVE_HEADER &&
    entry.length >= HVM_SAVE_HEADER_BYTES &&
    entry.readUInt32LE(0) === HVM_FILE_MAGIC
  );
}

function checkSpecialPage(
  name: string,
  pfn: bigint | undefined,
  state: StreamState,
  place: StreamPlace,
): void {
  if (pfn === undefined) throw corrupt(`HVM_PARAMS has no ${name}`, place);
  if (pfn >= state.maxPfns || !state.populated.has(Number(pfn))) {
    throw corrupt(`${name} is 0x${pfn.toString(16)}, a pfn that has no page`, place);
  }
}
