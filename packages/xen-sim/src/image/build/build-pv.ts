import type { RingFrames } from '@vm-tools/xc-native';
import type { MachineDomain } from '../../machine/index.ts';
import { PAGE_BYTES } from '../../memory/index.ts';
import type { CallLog } from '../call-log.ts';
import type { DomainRecords } from '../records/domain-records.ts';
import { PV_LAYOUT, writeWord } from '../records/pv-layout.ts';
import { writeKernel, writeRamdisk, type GuestFiles } from './files.ts';
import type { GuestWriter } from './guest-writer.ts';
import { PAGE_TABLES, setPvState } from './pv-state.ts';
import { Segments } from './segments.ts';

/** Simulated PV guests are of 64 bits. */
const WIDTH = 8;
const START_INFO = PV_LAYOUT[WIDTH].startInfo;
/** MAX_GUEST_CMDLINE, with its NUL */
const CMDLINE_BYTES = 1024;
/** SIF_MOD_START_PFN */
const MODULE_IS_PFN = 1 << 3;

/**
 * xc_dom_build_image and xc_dom_boot_image of a PV guest whose RAM is populated. The simulator has no machine frames:
 * a guest's mfns are its pfns, so that its p2m and its page tables need no contents.
 */
export async function buildPv(
  domain: MachineDomain,
  { spec, kernel, ramdisk }: GuestFiles,
  guest: {
    readonly totalPages: number;
    readonly records: DomainRecords;
    readonly writer: GuestWriter;
    readonly log: CallLog;
  },
): Promise<RingFrames> {
  const { totalPages, records, writer, log } = guest;
  const segments = new Segments(totalPages, log);
  segments.allocate('kernel', Number(kernel.end - kernel.start), kernel.start);
  await writeKernel(kernel, writer);
  const module_ = ramdisk && segments.allocate('module0', ramdisk.bytes);
  if (ramdisk !== undefined && module_ !== undefined) await writeRamdisk(ramdisk, module_.address, writer);
  const p2m = segments.allocate('phys2mach', totalPages * WIDTH);
  const startInfo = segments.allocate('start info', PAGE_BYTES);
  const xenstore = segments.allocate('xenstore', PAGE_BYTES);
  const console_ = segments.allocate('console', PAGE_BYTES);
  const pageTables = segments.allocate('page tables', PAGE_TABLES.length * PAGE_BYTES);

  const page = Buffer.alloc(PAGE_BYTES);
  page.write('xen-3.0-x86_64');
  const set = (field: keyof typeof START_INFO, value: number): void =>
    writeWord(page, START_INFO[field], WIDTH, value);
  set('nrPages', totalPages);
  set('storePfn', xenstore.pfn);
  set('storePort', spec.storePort);
  set('consolePfn', console_.pfn);
  set('consolePort', spec.consolePort);
  if (ramdisk !== undefined && module_ !== undefined) {
    set('flags', MODULE_IS_PFN);
    set('modulePfn', module_.pfn);
    set('moduleBytes', ramdisk.bytes);
  }
  page.write(spec.cmdline, START_INFO.cmdline, CMDLINE_BYTES - 1);
  writer.write(startInfo.address, page);

  setPvState(records, { vcpus: domain.vcpus, totalPages, p2m, pageTables, startInfo });
  return { storeFrame: BigInt(xenstore.pfn), consoleFrame: BigInt(console_.pfn) };
}
