import type { RingFrames } from '@vm-tools/xc-native';
import { RECORD } from '@vm-tools/xen-stream';
import { PAGE_BYTES } from '../../memory/index.ts';
import { PV_LAYOUT, readWord, writeWord } from '../records/pv-layout.ts';
import { FRAMES_HEADER_BYTES, VCPU_HEADER_BYTES, widthOf } from './pv-records.ts';
import type { RestoreContext } from './restore-context.ts';

/**
 * x86_pv_stream_complete: the first vCPU's registers lead to the start info, and that to the rings; it is given the
 * new event channels. The simulator has no machine frames, so neither page tables nor p2m need new numbers.
 */
export function completePv(context: RestoreContext): RingFrames {
  const { domain, spec, records, log, lastPfn } = context;
  const { memory } = domain;
  const frames = records.all(RECORD.X86_PV_P2M_FRAMES);
  const width = widthOf(context);
  const layout = PV_LAYOUT[width];
  const vcpu0 = records.get(RECORD.X86_PV_VCPU_BASIC, 0);
  if (vcpu0 === undefined) throw log.error("Sender didn't send vcpu0's basic state");

  const startInfoPfn = readWord(vcpu0, VCPU_HEADER_BYTES + layout.startInfoRegister, width);
  const present = (what: string, pfn: number): number => {
    if (pfn > lastPfn) throw log.error(`${what} pfn 0x${pfn.toString(16)} out of range`);
    if (!memory.isPopulated(pfn)) throw log.error(`${what} has bad mfn`);
    return pfn;
  };
  present('Start Info', startInfoPfn);
  const type = records.pageTypes.get(startInfoPfn);
  if (type !== undefined)
    throw log.error(`Start Info pfn 0x${startInfoPfn.toString(16)} has bad type ${type}`);

  const page = Buffer.alloc(PAGE_BYTES);
  memory.readPage(startInfoPfn, page);
  const { startInfo } = layout;
  const storePfn = present('XenStore', readWord(page, startInfo.storePfn, width));
  const consolePfn = present('Console', readWord(page, startInfo.consolePfn, width));
  page.writeUInt32LE(spec.storePort, startInfo.storePort);
  page.writeUInt32LE(spec.consolePort, startInfo.consolePort);
  page.writeUInt32LE(0, startInfo.flags);
  writeWord(page, startInfo.nrPages, width, lastPfn + 1);
  memory.writePage(startInfoPfn, page);

  for (const body of frames) requireP2mFrames(body, context);
  return { storeFrame: BigInt(storePfn), consoleFrame: BigInt(consolePfn) };
}

/** update_guest_p2m: the pages that hold the p2m must be there. */
function requireP2mFrames(body: Buffer, { domain, log, lastPfn }: RestoreContext): void {
  for (let at = FRAMES_HEADER_BYTES, index = 0; at < body.length; at += 8, index++) {
    const pfn = Number(body.readBigUInt64LE(at));
    if (pfn > lastPfn)
      throw log.error(`pfn (0x${pfn.toString(16)}) for p2m_frame_list[${index}] out of range`);
    if (!domain.memory.isPopulated(pfn)) throw log.error(`p2m_frame_list[${index}] has bad mfn`);
  }
}
