import type { RingFrames } from '@vm-tools/xc-native';
import { RECORD } from '@vm-tools/xen-stream';
import type { Machine, MachineDomain } from '../../machine/index.ts';
import { PAGE_BYTES } from '../../memory/index.ts';
import type { CallLog } from '../call-log.ts';
import { populateExact } from '../populate.ts';
import type { DomainRecords } from '../records/domain-records.ts';
import { hvmContext } from '../records/hvm-context.ts';
import { writeKernel, writeRamdisk, type GuestFiles } from './files.ts';
import type { GuestWriter } from './guest-writer.ts';
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
  const module_ = ramdisk && { ...segments.allocate('module0', ramdisk.bytes), bytes: ramdisk.bytes };
  if (ramdisk !== undefined && module_ !== undefined) await writeRamdisk(ramdisk, module_.address, writer);

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
