import type { LibxcHeader } from './header.ts';
import { PfnBitmap } from './pfn-bitmap.ts';

/**
 * The parts of a libxc stream, in their order: what must be known before memory, memory in one or more rounds, the
 * state of the suspended domain, and nothing.
 */
export type Phase = 'static data' | 'memory' | 'tail' | 'end';

/** The facts from the records so far; later records are checked against them. */
export interface StreamState {
  readonly header: LibxcHeader;
  /** one more than the highest pfn that is accepted */
  readonly maxPfns: number;
  /** how many pfns may have memory at the same time */
  readonly maxPages: number;
  phase: Phase;
  /** pfns that have memory, by the last word said about each */
  readonly populated: PfnBitmap;

  /** PV: bytes of a machine word of the guest */
  width: 4 | 8 | undefined;
  /** PV: last pfn that the p2m covers, -1 before the first X86_PV_P2M_FRAMES */
  p2mEndPfn: number;
  /** PV: the pfns of the pages that hold the guest's p2m; holes are frames that were not sent */
  readonly p2mFrames: (number | undefined)[];
  /** PV: vcpus with X86_PV_VCPU_BASIC, and those with any other state */
  readonly vcpusWithBasic: Set<number>;
  readonly vcpusWithOther: Set<number>;
  hasSharedInfo: boolean;

  /** HVM and PVH */
  hasHvmContext: boolean;
  storePfn: bigint | undefined;
  consolePfn: bigint | undefined;
}

export function newStreamState(
  header: LibxcHeader,
  { maxPfns, maxPages }: Pick<StreamState, 'maxPfns' | 'maxPages'>,
): StreamState {
  return {
    header,
    maxPfns,
    maxPages,
    phase: 'static data',
    populated: new PfnBitmap(maxPfns),
    width: undefined,
    p2mEndPfn: -1,
    p2mFrames: [],
    vcpusWithBasic: new Set(),
    vcpusWithOther: new Set(),
    hasSharedInfo: false,
    hasHvmContext: false,
    storePfn: undefined,
    consolePfn: undefined,
  };
}
