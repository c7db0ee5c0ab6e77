import type { RingFrames } from '@vm-tools/xc-native';
import { RECORD } from '@vm-tools/xen-stream';
import type { MachineDomain } from '../../machine/index.ts';
import type { ErrnoName } from '../../machine/strerror.ts';
import { PAGE_BYTES } from '../../memory/index.ts';
import { setRingPorts } from '../build/special-pages.ts';
import { restoreCommonRecord } from './common-records.ts';
import type { RestoreContext } from './restore-context.ts';

/** HVM_PARAM_… (xen/hvm/params.h) */
const [STORE_PFN, PAE_ENABLED, IOREQ_PFN, BUFIOREQ_PFN, CONSOLE_PFN] = [1, 4, 5, 6, 17];
const CLEARED: readonly number[] = [STORE_PFN, IOREQ_PFN, BUFIOREQ_PFN, CONSOLE_PFN];
/** HVM_NR_PARAMS of Xen 4.17 */
const PARAMS = 39;
/** u32 count, u32 reserved; u64 index and u64 value of each */
const [PARAMS_HEADER_BYTES, PARAM_BYTES] = [8, 16];

const ZERO_PAGE = Buffer.alloc(PAGE_BYTES);

/** A record of an HVM or PVH domain. @returns false for one that has no place there */
export function restoreHvmRecord(context: RestoreContext, type: number, body: Buffer): boolean {
  switch (type) {
    case RECORD.HVM_CONTEXT:
      context.records.set(type, body);
      return true;
    case RECORD.HVM_PARAMS:
      restoreParams(context, body);
      return true;
    default:
      return restoreCommonRecord(context, type, body);
  }
}

function restoreParams({ domain, log }: RestoreContext, body: Buffer): void {
  if (body.length < PARAMS_HEADER_BYTES) {
    throw log.error(`HVM_PARAMS record truncated: length ${body.length}, header size ${PARAMS_HEADER_BYTES}`);
  }
  const count = body.readUInt32LE(0);
  if (body.length !== PARAMS_HEADER_BYTES + count * PARAM_BYTES) {
    throw log.error(
      `HVM_PARAMS record truncated: header ${PARAMS_HEADER_BYTES}, count ${count}, ` +
        `expected len ${count * PARAM_BYTES}, got ${body.length}`,
    );
  }
  for (let at = PARAMS_HEADER_BYTES; at < body.length; at += PARAM_BYTES) {
    const [index, value] = [Number(body.readBigUInt64LE(at)), body.readBigUInt64LE(at + 8)];
    if (CLEARED.includes(index)) clearPage(domain, Number(value));
    if (index === PAE_ENABLED) continue; // streams of old have it, and nobody uses it any more
    if (index >= PARAMS) {
      const text = `set HVM param ${index} = 0x${value.toString(16).padStart(16, '0')}`;
      throw log.perror(text, 'EINVAL');
    }
    domain.hvmParams.set(index, value);
  }
}

/** The rings of the old host's daemons are of no use here. */
function clearPage({ memory }: MachineDomain, gfn: number): void {
  if (gfn < 2 ** 32 && memory.isPopulated(gfn)) memory.writePage(gfn, ZERO_PAGE);
}

/** x86_hvm_stream_complete: what can be set only when all is there. */
export function completeHvm({ domain, spec, records, log }: RestoreContext): RingFrames {
  const { hvmParams } = domain;
  setRingPorts(domain, spec);
  const errno = contextProblem(records.get(RECORD.HVM_CONTEXT) ?? Buffer.alloc(0));
  if (errno !== undefined) throw log.perror('Unable to restore HVM context', errno);
  return { storeFrame: hvmParams.get(STORE_PFN) ?? 0n, consoleFrame: hvmParams.get(CONSOLE_PFN) ?? 0n };
}

/** hvm_load of Xen: a chain of u16 type, u16 instance, u32 length and as many bytes, from a header to an end. */
function contextProblem(context: Buffer): ErrnoName | undefined {
  const [END, HEADER, HEADER_BYTES, MAGIC] = [0, 1, 24, 0x54381286];
  for (let at = 0; at + 8 <= context.length;) {
    const type = context.readUInt16LE(at);
    const body = context.subarray(at + 8, at + 8 + context.readUInt32LE(at + 4));
    if (at === 0 && (type !== HEADER || body.length < HEADER_BYTES)) return 'ENODATA';
    if (at === 0 && body.readUInt32LE(0) !== MAGIC) return 'EINVAL';
    if (type === END) return undefined;
    at += 8 + context.readUInt32LE(at + 4);
  }
  return 'ENODATA';
}
