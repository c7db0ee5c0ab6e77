import type { RingFrames } from '@vm-tools/xc-native';
import { RECORD } from '@vm-tools/xen-stream';
import type { Machine, MachineDomain } from '../../machine/index.ts';
import { PAGE_BYTES } from '../../memory/index.ts';
import type { CallLog } from '../call-log.ts';
import { populateExact } from '../populate.ts';
import { hvmContext } from '../records/hvm-context.ts';
import { loadFiles, type GuestFiles, type GuestInBuild } from './files.ts';
import { pvhStartInfo, pvhStartInfoBytes } from './pvh-start-info.ts';
import { Segments } from './segments.ts';
import {
  CONSOLE_PFN,
  initialiseSpecialPages,
  SPECIAL_PAGES,
  SPECIAL_PFN,
  XENSTORE_PFN,
} from './special-pages.ts';

/** xc_dom_build_image and xc_dom_boot_image of a PVH guest whose RAM is populated. */
export async function buildPvh(
  machine: Machine,
  domain: MachineDomain,
  files: GuestFiles,
  { totalPages, records, writer, log }: GuestInBuild,
): Promise<RingFrames> {
  const { spec, kernel } = files;
  const segments = new Segments(totalPages, log);
  const module_ = await loadFiles(files, segments, writer);

  for (const { guestAddress, data } of spec.acpi ?? []) {
    const first = Math.floor(guestAddress / PAGE_BYTES);
    const last = Math.ceil((guestAddress + data.length) / PAGE_BYTES);
    populate(machine, domain, first, last - first, log);
    await writer.copy(guestAddress, data);
  }
  populate(machine, domain, SPECIAL_PFN, SPECIAL_PAGES, log);
  const startInfo = segments.allocate('HVM start info', pvhStartInfoBytes(spec));
  initialiseSpecialPages(domain, writer, spec);
  writer.write(startInfo.address, pvhStartInfo(startInfo.address, spec, module_));

  const boot = { entry: kernel.entry, startInfo: startInfo.address };
  records.set(RECORD.HVM_CONTEXT, hvmContext(domain.vcpus, boot));
  return { storeFrame: BigInt(XENSTORE_PFN), consoleFrame: BigInt(CONSOLE_PFN) };
}

function populate(
  machine: Machine,
  { domid, memory }: MachineDomain,
  startGfn: number,
  count: number,
  log: CallLog,
): void {
  for (let gfn = startGfn; gfn < startGfn + count; gfn++) {
    if (memory.isPopulated(gfn)) continue;
    const errno = populateExact(machine, domid, gfn, 1);
    if (errno !== undefined) throw log.failure(errno);
  }
}
