import { abortError, sleep, someAtOnce } from '@vm-tools/errors';
import { listDomains, listUnfinished, type CreateKeptOptions, type Host } from '@vm-tools/libdomain';
import type { TransferEvent } from '@vm-tools/libxfr';
import { readAutostart } from '../autostart/entries.ts';
import { DEFAULT_ORDER, type AutostartEntry } from '../autostart/entry.ts';
import { settleAway } from '../autostart/settle-away.ts';
import { asVmToolsError } from '../as-vm-tools-error.ts';
import { holdLife } from '../life-lock.ts';
import { orderOf, type Placed } from '../order.ts';
import type { GuestOutcome } from '../outcome.ts';
import type { SavedGuest } from '../saved/record.ts';
import { SavedGuests } from '../saved/records.ts';
import { nextOf, type Next, type Standing } from './next.ts';
import { deedOf } from './deeds.ts';

/** How guests are brought back, and who is told of it. */
export interface BringBackOptions extends Pick<CreateKeptOptions, 'rulesOfPeer' | 'onLog'> {
  /** How many guests of one wave are worked on at the same time. @default 4 */
  readonly atOnce?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Awaited before what is kept of a saved guest changes on the disk: a place for the power to go. */
  readonly beforeChange?: (() => Promise<void>) | undefined;
  /** Told of each guest when it is done with. */
  readonly onOutcome?: ((outcome: GuestOutcome) => void) | undefined;
  readonly onEvent?: ((guest: string, event: TransferEvent) => void) | undefined;
  /** Told what is wrong and does not keep guests from coming back. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/** A guest that comes back: what it was, where it is, and what follows from both. */
export interface Returning extends Placed {
  readonly uuid: string;
  readonly entry: AutostartEntry | undefined;
  readonly saved: SavedGuest | undefined;
  readonly domid: number | undefined;
  /** There is a domain, and it has shut down or crashed. */
  readonly hasEnded: boolean;
  readonly next: Next;
}

/**
 * Brings back what went down with the host and what starts with it: each guest exactly once, in its order. It may be
 * called again at any time, also when an earlier call was killed: what is back stays as it is.
 *
 * @returns an outcome for each guest; a failure of one does not keep the others from coming back
 * @throws VmToolsError HOST_BUSY; INTERRUPTED: the guests of which an outcome was told are back
 */
export async function bringBack(host: Host, options: BringBackOptions = {}): Promise<GuestOutcome[]> {
  await using _held = await holdLife(host);
  const { guests, outcomes } = await returningTo(host, options);
  const { waves, circle } = orderOf(guests);
  if (circle.length > 0)
    options.onWarning?.(
      `${circle.join(', ')} wait for each other, and are started in the order of their numbers`,
    );
  const { signal, onOutcome } = options;
  const done = (outcome: GuestOutcome): GuestOutcome => {
    outcomes.push(outcome);
    onOutcome?.(outcome);
    return outcome;
  };
  for (const wave of waves) {
    await someAtOnce(wave, options.atOnce ?? 4, async (guest) => {
      if (signal?.aborted === true) throw abortError(signal, `it was the turn of ${guest.name}`);
      const { did } = done(await bringOne(host, guest, options));
      const delayMs = guest.entry?.delayMs ?? 0;
      if (delayMs > 0 && did !== 'runs' && did !== 'failed') await sleep(delayMs, signal);
    });
  }
  return outcomes;
}

async function bringOne(host: Host, guest: Returning, options: BringBackOptions): Promise<GuestOutcome> {
  const { name, uuid } = guest;
  try {
    return { name, uuid, ...(await deedOf(host, guest, options)) };
  } catch (thrown) {
    if (options.signal?.aborted === true) throw thrown;
    return { name, uuid, did: 'failed', error: asVmToolsError(thrown) };
  }
}

/** All that is to be looked at, and the outcomes of those for which nothing can be done. */
async function returningTo(
  host: Host,
  { onWarning }: BringBackOptions,
): Promise<{ readonly guests: Returning[]; readonly outcomes: GuestOutcome[] }> {
  const domains = await listDomains(host);
  const halfMade = new Set((await listUnfinished(host)).map(({ domid }) => domid));
  const { entries, damaged } = await settleAway(host, await readAutostart(host.root), domains);
  const kept = new SavedGuests(host.root);
  const saved = await kept.list();
  for (const { message } of [...damaged, ...saved.damaged]) onWarning?.(message);

  const uuids = new Set([...saved.guests, ...entries].map(({ uuid }) => uuid));
  const guests: Returning[] = [];
  const outcomes: GuestOutcome[] = [];
  for (const uuid of uuids) {
    const entry = entries.find((each) => each.uuid === uuid);
    const record = saved.guests.find((each) => each.uuid === uuid);
    const { name } = (record ?? entry) as { readonly name: string };
    if (record === undefined && entry?.away !== undefined) {
      outcomes.push({ name, uuid, did: 'away', note: `it was moved to ${entry.away}` });
      continue;
    }
    const here = domains.filter(({ state }) => state !== 'dying');
    // One that was created by hand from the same file has another UUID; a saved one is known by its own alone.
    const domain =
      here.find((each) => each.uuid === uuid) ??
      (record === undefined ? here.find((each) => each.name === name) : undefined);
    const standing: Standing = {
      saved: record?.state,
      hasImage: record !== undefined && (await kept.hasImage(record)),
      here: domain === undefined ? 'absent' : halfMade.has(domain.domid) ? 'half-made' : 'whole',
      startsWithHost: entry !== undefined,
    };
    guests.push({
      ...{ name, uuid, entry, saved: record, domid: domain?.domid, next: nextOf(standing) },
      hasEnded: domain?.state === 'shutdown' || domain?.state === 'crashed',
      order: entry?.order ?? DEFAULT_ORDER,
      after: entry?.after ?? [],
    });
  }
  return { guests, outcomes };
}
