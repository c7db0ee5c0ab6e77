import type { ErrnoName } from '../machine/strerror.ts';

/** How a save or a restore is to fail on its way. */
export interface StreamFault {
  readonly afterBytes: number;
  readonly errno: ErrnoName;
}

/** Asked about each call of `Xen` and each request of a toolstack to xenstored. */
export interface FaultPoint {
  /**
   * Before the call does anything. Resolves at once, later, or rejects with what the call is to fail with.
   *
   * @param call a method of `Xen`, or `xenstore.` and a request
   */
  before(call: string, domid?: number, signal?: AbortSignal): Promise<void>;
  /** Once for each save and restore, when it begins. */
  streamFault(call: string, domid?: number): StreamFault | undefined;
}

/** Nothing fails. */
export const noFaults: FaultPoint = {
  before: () => Promise.resolve(),
  streamFault: () => undefined,
};
