/** What is asked for: a name or a UUID, which in a pool belongs to one guest. */
export type WantedGuest = { readonly name: string } | { readonly uuid: string };

/**
 * What a host says of a guest: running, also when it waits for a processor; paused, also when it is suspended; ended,
 * with a domain that is still there; coming or going, in a transfer that is not decided, for which it may run at either
 * end; saved, with this host when that went down, and it comes back with it.
 */
export type GuestState = 'running' | 'paused' | 'ended' | 'coming' | 'going' | 'saved';

/** A guest that a host has, or may have. A guest that it does not have is not told of. */
export interface GuestPlace {
  readonly name: string;
  readonly uuid: string;
  readonly state: GuestState;
  readonly domid?: number | undefined;
}
