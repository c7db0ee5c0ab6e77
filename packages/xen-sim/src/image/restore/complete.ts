import type { RingFrames } from '@vm-tools/xc-native';
import { RECORD } from '@vm-tools/xen-stream';
import { PAGE_BYTES } from '../../memory/index.ts';
import { setRingPorts } from '../build/special-pages.ts';
import { PV_LAYOUT, readWord, writeWord } from '../records/pv-layout.ts';
import { CONSOLE_PFN, STORE_PFN, VCPU_HEADER_BYTES } from './apply-record.ts';
import type { RestoreContext } from './restore-context.ts';

/** x86_hvm_stream_complete: what can be set only when all is there. */
export function completeHvm({ domain, spec }: RestoreContext): RingFrames {
  const { hvmParams } = domain;
  setRingPorts(domain, spec);
  return { storeFrame: hvmParams.get(STORE_PFN) ?? 0n, consoleFrame: hvmParams.get(CONSOLE_PFN) ?? 0n };
}

/**
 * x86_pv_stream_complete: the first vCPU's registers lead to the start info, and that to the rings; it is given the
 * new event channels. The simulator has no machine frames, so neither page tables nor p2m need new numbers.
 */
export function completePv({ domain: { memory }, spec, records, log }: RestoreContext): RingFrames {
  const width = records.get(RECORD.X86_PV_INFO)?.[0] === 4 ? 4 : 8;
  const { startInfo, startInfoRegister } = PV_LAYOUT[width];
  const lastPfn = Math.max(...records.all(RECORD.X86_PV_P2M_FRAMES).map((body) => body.readUInt32LE(4)));
  const [vcpu0] = records.all(RECORD.X86_PV_VCPU_BASIC) as [Buffer]; // the verifier has seen one

  const present = (what: string, pfn: number): number => {
    if (pfn > lastPfn) throw log.error(`${what} pfn 0x${pfn.toString(16)} out of range`);
    if (!memory.isPopulated(pfn)) throw log.error(`${what} has bad mfn`);
    return pfn;
  };
  const startInfoPfn = present('Start Info', readWord(vcpu0, VCPU_HEADER_BYTES + startInfoRegister, width));
  const type = records.pageTypes.get(startInfoPfn);
  if (type !== undefined)
    throw log.error(`Start Info pfn 0x${startInfoPfn.toString(16)} has bad type ${type}`);

  const page = Buffer.alloc(PAGE_BYTES);
  memory.readPage(startInfoPfn, page);
  const storePfn = present('XenStore', readWord(page, startInfo.storePfn, width));
  const consolePfn = present('Console', readWord(page, startInfo.consolePfn, width));
  page.writeUInt32LE(spec.storePort, startInfo.storePort);
  page.writeUInt32LE(spec.consolePort, startInfo.consolePort);
  page.writeUInt32LE(0, startInfo.flags);
  writeWord(page, startInfo.nrPages, width, lastPfn + 1);
  memory.writePage(startInfoPfn, page);
  return { storeFrame: BigInt(storePfn), consoleFrame: BigInt(consolePfn) };
}
