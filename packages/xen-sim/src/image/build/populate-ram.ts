import type { Machine } from '../../machine/index.ts';
import { errnoOf, XC_ERROR, type CallLog } from '../call-log.ts';
import { populateExact } from '../populate.ts';

/** A PVH guest's RAM goes up to the ACPI tables, and on from 4 GiB. */
const HOLE_START_GFN = 0xfc000;
const HOLE_END_GFN = 0x100000;

/**
 * xc_dom_boot_mem_init: the guest's RAM. A guest that starts with less than its maximum gets its lowest pages; Xen
 * would hand out any of them when they are touched.
 *
 * @param pages what it starts with
 * @throws VmToolsError XEN_NO_MEMORY
 */
export function populateRam(
  machine: Machine,
  domid: number,
  { type, pages }: { readonly type: 'pv' | 'pvh'; readonly pages: number },
  log: CallLog,
): void {
  const lowPages = type === 'pvh' ? Math.min(pages, HOLE_START_GFN) : pages;
  const errno =
    claim(machine, domid, pages) ??
    populateExact(machine, domid, 0, lowPages) ??
    (pages > lowPages ? populateExact(machine, domid, HOLE_END_GFN, pages - lowPages) : undefined);
  if (machine.domains.has(domid)) machine.domainClaimPages(domid, 0); // what is left of it, if anything is
  if (errno === undefined) return;
  const text = `xc_dom_boot_mem_init: can't allocate low memory for domain`;
  throw log.panic('xg_dom_boot.c:119', text, XC_ERROR.outOfMemory, errno);
}

/** So that too little memory shows at once. */
function claim(machine: Machine, domid: number, pages: number): ReturnType<typeof populateExact> {
  try {
    machine.domainClaimPages(domid, pages);
    return undefined;
  } catch (thrown) {
    return errnoOf(thrown);
  }
}
