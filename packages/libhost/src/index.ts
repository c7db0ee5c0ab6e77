/**
 * What becomes of the guests of a host: which of them start with it, how they go down with it, and how each of them
 * comes back exactly once.
 *
 * @example
 * ```ts
 * for (const { name, did } of await takeDown(host)) console.log(name, did); // before the host is switched off
 * for (const { name, did } of await bringBack(host)) console.log(name, did); // when it is up again
 * ```
 *
 * @packageDocumentation
 */
export {
  entryOf,
  readAutostart,
  removeAutostart,
  writeAutostart,
  type AutostartEntries,
} from './autostart/entries.ts';
export { DEFAULT_ORDER, isEnding, type AutostartEntry, type Ending } from './autostart/entry.ts';
export { noteAway, settleAway } from './autostart/settle-away.ts';
export { bringBack, type BringBackOptions } from './bring-back/bring-back.ts';
export { evacuate, type EvacuateOptions } from './evacuate/evacuate.ts';
export { moveGuest, type MoveOptions } from './evacuate/move-guest.ts';
export { isWanted, journalsOf, openTransfers } from './journals.ts';
export { orderOf, type Order, type Placed } from './order.ts';
export type { Deed, GuestOutcome } from './outcome.ts';
export { callingPeer, peerAddress, recallingPeer } from './peer/call-peer.ts';
export { readSaved } from './saved/records.ts';
export type { SavedGuest, SavedState } from './saved/record.ts';
export { placesHere } from './where/places-here.ts';
export { whereIs, type Whereabouts, type WhereIsOptions } from './where/where-is.ts';
export { takeDown, type TakeDownOptions } from './take-down/take-down.ts';
