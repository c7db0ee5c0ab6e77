/**
 * The two ports of a transfer, as types alone: the package that saves and restores guests implements them, and the
 * package that moves them knows nothing of their contents. Every method keeps a time limit of its own and settles soon
 * after its signal fires.
 *
 * ```ts
 * const source: Source = domainSource(host, domain);
 * const target: Target = domainTarget(otherHost);
 * const failed = (await target.check(await source.describe())).filter(({ error }) => error !== undefined);
 * ```
 *
 * @packageDocumentation
 */
export type { Check } from './check.ts';
export type { TransferFigures, TransferPhase } from './figures.ts';
export type { GuestPlace, GuestState, WantedGuest } from './guest-place.ts';
export type { FoundSource, FoundTarget, GuestFinder, Journalled } from './guest-finder.ts';
export type { ImageOrigin } from './image-origin.ts';
export type { ImagePlace } from './image-place.ts';
export type { Offer, OfferedCpu, OfferedDisk } from './offer.ts';
export type { DiskMoment } from './disk-moment.ts';
export type { SaveControl, SaveProgress, SaveReport, SentBytes } from './save.ts';
export type { Source } from './source.ts';
export type { RestoreControl, Target } from './target.ts';
