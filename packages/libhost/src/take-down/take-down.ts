import { abortError, someAtOnce } from '@vm-tools/errors';
import { isOurs, listGuests, type Domain, type Host } from '@vm-tools/libdomain';
import type { TransferEvent } from '@vm-tools/libxfr';
import { asVmToolsError } from '../as-vm-tools-error.ts';
import { entryOf, readAutostart, writeAutostart } from '../autostart/entries.ts';
import { DEFAULT_ORDER, type AutostartEntry, type Ending } from '../autostart/entry.ts';
import { settleAway } from '../autostart/settle-away.ts';
import { holdLife } from '../life-lock.ts';
import { orderOf, type Placed } from '../order.ts';
import type { GuestOutcome } from '../outcome.ts';
import { endGuest } from './end-guest.ts';

/** What is done with guests that do not say it themselves, how, and who is told of it. */
export interface TakeDownOptions {
  /** For all guests, whatever they say themselves. @default what each says */
  readonly ending?: Ending | undefined;
  /** For guests that do not start with the host, which say nothing. @default 'save' */
  readonly otherwise?: Ending | undefined;
  /** Guests that xl has made, too; they are left alone otherwise. @default false */
  readonly withForeign?: boolean | undefined;
  /** How long a guest may take to shut down, ms. @default 60 s */
  readonly timeoutMs?: number | undefined;
  /** A guest that has not shut down then is shut down without its help. @default false */
  readonly force?: boolean | undefined;
  /** How many guests of one wave are worked on at the same time. @default 4 */
  readonly atOnce?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onLog?: ((line: string) => void) | undefined;
  /** Awaited before what is kept of a saved guest changes on the disk: a place for the power to go. */
  readonly beforeChange?: (() => Promise<void>) | undefined;
  /** Told of each guest when it is done with. */
  readonly onOutcome?: ((outcome: GuestOutcome) => void) | undefined;
  readonly onEvent?: ((guest: string, event: TransferEvent) => void) | undefined;
  /** Told what is wrong and does not keep guests from going down. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/** A guest that goes down, and how. */
export interface Leaving extends Placed {
  readonly domain: Domain;
  readonly entry: AutostartEntry | undefined;
  readonly ending: Ending;
}

/**
 * Takes the guests of a host down, so that it can be switched off: each as it says itself, in the order opposite to that
 * of their start. One that cannot be saved is shut down instead, which its outcome says. What was saved comes back by
 * `bringBack`.
 *
 * @returns an outcome for each guest; a failure of one does not keep the others from going down
 * @throws VmToolsError HOST_BUSY; INTERRUPTED: the guests of which no outcome was told run on
 */
export async function takeDown(host: Host, options: TakeDownOptions = {}): Promise<GuestOutcome[]> {
  await using _held = await holdLife(host);
  const { guests, outcomes } = await leavingFrom(host, options);
  const { signal, onOutcome } = options;
  for (const wave of orderOf(guests).waves.toReversed()) {
    await someAtOnce(wave, options.atOnce ?? 4, async (guest) => {
      if (signal?.aborted === true) throw abortError(signal, `it was the turn of ${guest.name}`);
      const outcome = await endOne(host, guest, options);
      outcomes.push(outcome);
      onOutcome?.(outcome);
    });
  }
  return outcomes;
}

async function endOne(host: Host, guest: Leaving, options: TakeDownOptions): Promise<GuestOutcome> {
  const { domid, uuid, name } = guest.domain;
  try {
    return { domid, uuid, name, ...(await endGuest(host, guest, options)) };
  } catch (thrown) {
    if (options.signal?.aborted === true) throw thrown;
    return { domid, uuid, name, did: 'failed', error: asVmToolsError(thrown) };
  }
}

async function leavingFrom(
  host: Host,
  { ending, otherwise = 'save', withForeign = false, onWarning }: TakeDownOptions,
): Promise<{ readonly guests: Leaving[]; readonly outcomes: GuestOutcome[] }> {
  const domains = await listGuests(host);
  const { entries, damaged } = await settleAway(host, await readAutostart(host.root), domains);
  for (const { message } of damaged) onWarning?.(message);
  const guests: Leaving[] = [];
  const outcomes: GuestOutcome[] = [];
  for (const domain of domains) {
    const { domid, uuid, name } = domain;
    if (!withForeign && !(await isOurs(host, domain))) {
      outcomes.push({ domid, uuid, name, did: 'left', note: 'another toolstack has made it' });
      continue;
    }
    const entry = entryOf(entries, domain);
    const isRenamed = entry !== undefined && entry.uuid === uuid && entry.name !== name;
    if (isRenamed) await writeAutostart(host.root, { ...entry, name });
    guests.push({
      ...{ domain, name, entry },
      ending: ending ?? entry?.atShutdown ?? otherwise,
      order: entry?.order ?? DEFAULT_ORDER,
      after: entry?.after ?? [],
    });
  }
  return { guests, outcomes };
}
