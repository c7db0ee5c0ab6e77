import type { RingFrames } from '@vm-tools/xc-native';
import type { MachineDomain } from '../../machine/index.ts';
import { PAGE_BYTES } from '../../memory/index.ts';
import { PV_LAYOUT, writeWord } from '../records/pv-layout.ts';
import { loadFiles, type GuestFiles, type GuestInBuild } from './files.ts';
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
  files: GuestFiles,
  { totalPages, records, writer, log }: GuestInBuild,
): Promise<RingFrames> {
  const { spec } = files;
  const segments = new Segments(totalPages, log);
  const module_ = await loadFiles(files, segments, writer);
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
  if (module_ !== undefined) {
    set('flags', MODULE_IS_PFN);
    set('modulePfn', module_.pfn);
    set('moduleBytes', module_.bytes);
  }
  page.write(spec.cmdline, START_INFO.cmdline, CMDLINE_BYTES - 1);
  writer.write(startInfo.address, page);

  setPvState(records, { vcpus: domain.vcpus, totalPages, p2m, pageTables, startInfo });
  return { storeFrame: BigInt(xenstore.pfn), consoleFrame: BigInt(console_.pfn) };
}
