import { RECORD, recordName, type RecordType } from '@vm-tools/xen-stream';
import type { MachineDomain } from '../../machine/index.ts';
import { LAST_TSC_MODE } from '../../machine/settings/arch-settings.ts';
import { HVM_PARAMS } from '../../machine/settings/hvm-params.ts';
import { PAGE_BYTES } from '../../memory/index.ts';
import type { RestoreContext } from './restore-context.ts';

/** u32 vcpu id, u32 reserved */
export const VCPU_HEADER_BYTES = 8;
/** HVM_PARAM_… (xen/hvm/params.h) */
export const [STORE_PFN, CONSOLE_PFN] = [1, 17];
const [PAE_ENABLED, IOREQ_PFN, BUFIOREQ_PFN] = [4, 5, 6];
const CLEARED: readonly number[] = [STORE_PFN, IOREQ_PFN, BUFIOREQ_PFN, CONSOLE_PFN];
/** u32 count, u32 reserved; u64 index and u64 value of each */
const [PARAMS_HEADER_BYTES, PARAM_BYTES] = [8, 16];

const ZERO_PAGE = Buffer.alloc(PAGE_BYTES);

/** Takes any record but pages. That it is sound and has its place there, the verifier has seen. */
export function applyRecord(context: RestoreContext, type: RecordType, body: Buffer): void {
  const { log, records } = context;
  switch (type) {
    case RECORD.END:
    case RECORD.STATIC_DATA_END:
      return;
    case RECORD.VERIFY:
      log.detail('Verify mode enabled');
      context.isVerifying = true;
      return;
    case RECORD.HVM_PARAMS:
      setParams(context, body);
      return;
    case RECORD.X86_PV_P2M_FRAMES:
      // libxc sends one record. Should there be more, each extends or replaces, so all are kept, by their beginning.
      records.set(type, body, body.readUInt32LE(0));
      return;
    case RECORD.X86_PV_VCPU_BASIC:
    case RECORD.X86_PV_VCPU_EXTENDED:
    case RECORD.X86_PV_VCPU_XSAVE:
    case RECORD.X86_PV_VCPU_MSRS:
      keepVcpu(context, type, body);
      return;
    case RECORD.X86_TSC_INFO:
      if (body.readUInt32LE(0) > LAST_TSC_MODE) throw log.perror('Unable to set TSC information', 'EINVAL');
      records.set(type, body);
      return;
    default:
      records.set(type, body);
  }
}

function setParams({ domain, log }: RestoreContext, body: Buffer): void {
  for (let at = PARAMS_HEADER_BYTES; at < body.length; at += PARAM_BYTES) {
    const [index, value] = [Number(body.readBigUInt64LE(at)), body.readBigUInt64LE(at + 8)];
    if (CLEARED.includes(index)) clearPage(domain, Number(value));
    if (index === PAE_ENABLED) continue; // old streams have it, and Xen ignores it
    if (index >= HVM_PARAMS) {
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

function keepVcpu({ domain, records, log }: RestoreContext, type: RecordType, body: Buffer): void {
  if (body.length === VCPU_HEADER_BYTES) return; // senders of Xen 4.6 to 4.8 wrote empty ones, which say nothing
  const vcpu = body.readUInt32LE(0);
  if (vcpu >= domain.vcpus)
    throw log.error(`${recordName(type)} record vcpu_id (${vcpu}) exceeds domain max (${domain.vcpus - 1})`);
  records.set(type, body, vcpu);
}
