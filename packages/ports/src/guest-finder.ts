/** The facts of a journal about a guest of which a crash has left nothing else. */
export interface Journalled {
  readonly id: string;
  readonly state: string;
  readonly guest: { readonly name: string; readonly uuid: string; readonly domid?: number | undefined };
}

/** A guest whose transfer was under way when its process ended, on the host that it was to leave. */
export interface FoundSource {
  /**
   * Lets it run as if there had been no transfer, in whatever state the crash has left it: suspended, or running with
   * its dirty pages being logged, or with a request to suspend that it has not yet heard. One that runs just runs on.
   */
  resume(): Promise<void>;
  /**
   * Asked before `destroy`: like that of a `Source`, it rejects with GUEST_CHANGED when the guest does not wait here,
   * suspended by the transfer, but runs or is another toolstack's.
   */
  confirm(): Promise<void>;
  /** Removes it; it lives on elsewhere. */
  destroy(): Promise<void>;
}

/** The state of a guest on the host that it was to come to. */
export interface FoundTarget {
  /**
   * "paused" as long as it certainly has never run here: it was being built, or waits to be started. "running" as
   * soon as it may have run, also when it is paused, shut down or has crashed by now.
   */
  readonly state: 'paused' | 'running';
  /** Lets it run; only called when it is "paused" and was whole before the crash. */
  start(): Promise<{ domid: number }>;
  /** Removes it, and whatever else was made for it, in any state. */
  abandon(): Promise<void>;
}

/**
 * Finds guests again after a crash; one for each host. Both look for `guest.uuid`, and for `guest.domid` when the
 * journal knows it: a guest of that UUID with another number has been made since, and is not the one that is meant.
 * They resolve with undefined only when there is certainly none, and reject when that is unknown.
 */
export interface GuestFinder {
  findSource(transfer: Journalled): Promise<FoundSource | undefined>;
  findTarget(transfer: Journalled): Promise<FoundTarget | undefined>;
}
