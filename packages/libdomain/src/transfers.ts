/** A transfer that has not been decided: the guest may run at its other end, or be about to. */
export interface UndecidedTransfer {
  readonly id: string;
  /** which end of it this host is */
  readonly role: 'source' | 'target';
  /** what its journal says */
  readonly state: string;
  /** the same for a reader, as a clause about the guest: "is suspended here; …" */
  readonly means: string;
  /** the other end, e.g. "tls://b.example:8002" */
  readonly peer: string;
}

/** The transfers of a host, for an action that is about to change a guest. */
export interface Transfers {
  /**
   * The transfer of this guest that is not decided.
   *
   * @throws VmToolsError XFR_JOURNAL_CORRUPT (corrupt) when a damaged journal may be about this guest
   */
  of(uuid: string): Promise<UndecidedTransfer | undefined>;
}

/** Of a host on which nothing is moved, and no journal is kept. */
export const noTransfers: Transfers = { of: () => Promise.resolve(undefined) };
