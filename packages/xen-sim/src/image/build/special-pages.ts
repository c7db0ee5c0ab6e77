import { PAGE_BYTES } from '../../memory/index.ts';
import type { MachineDomain } from '../../machine/index.ts';
import type { GuestWriter } from './guest-writer.ts';

/** The eight pages below X86_HVM_END_SPECIAL_REGION, in their order. */
export const SPECIAL_PFN = 0xfeff8;
export const SPECIAL_PAGES = 8;
const PAGING_RING = SPECIAL_PFN;
const MONITOR_RING = SPECIAL_PFN + 1;
const SHARING_RING = SPECIAL_PFN + 2;
const BUFIOREQ = SPECIAL_PFN + 3;
export const XENSTORE_PFN = SPECIAL_PFN + 4;
const IOREQ = SPECIAL_PFN + 5;
const IDENT_PT = SPECIAL_PFN + 6;
export const CONSOLE_PFN = SPECIAL_PFN + 7;

/** HVM_PARAM_… (xen/hvm/params.h) of what lies where */
const PARAMS = [
  [1, XENSTORE_PFN],
  [6, BUFIOREQ],
  [5, IOREQ],
  [17, CONSOLE_PFN],
  [27, PAGING_RING],
  [28, MONITOR_RING],
  [29, SHARING_RING],
  [12, IDENT_PT * PAGE_BYTES],
] as const;
const [STORE_EVTCHN, CONSOLE_EVTCHN] = [2, 18];

/** present, writable, for users, accessed, dirty, of 4 MiB */
const SUPERPAGE_FLAGS = 0xe7;

/**
 * Fills the special pages as alloc_magic_pages_hvm does, once they are there: rings that begin as zeros, and a page
 * table that maps all of 4 GiB to itself, for processors that cannot run a guest without paging.
 */
export function initialiseSpecialPages(
  domain: MachineDomain,
  writer: GuestWriter,
  ports: { readonly storePort: number; readonly consolePort: number },
): void {
  const identity = Uint32Array.from(
    { length: PAGE_BYTES / 4 },
    (_, index) => (index << 22) | SUPERPAGE_FLAGS,
  );
  writer.write(IDENT_PT * PAGE_BYTES, new Uint8Array(identity.buffer));
  for (const [param, value] of PARAMS) domain.hvmParams.set(param, BigInt(value));
  setRingPorts(domain, ports);
}

/** After a build and after a restore, the event channels are new. */
export function setRingPorts(
  { hvmParams }: MachineDomain,
  { storePort, consolePort }: { readonly storePort: number; readonly consolePort: number },
): void {
  hvmParams.set(STORE_EVTCHN, BigInt(storePort));
  hvmParams.set(CONSOLE_EVTCHN, BigInt(consolePort));
}
