import { abortError, someAtOnce } from '@vm-tools/errors';
import { closeHost, isOurs, listDomains, listGuests, type Domain, type Host } from '@vm-tools/libdomain';
import { formatPeerAddress, type PeerAddress } from '@vm-tools/libxfr/transport';
import { createLimiter, followSchedule, type Schedule } from '@vm-tools/ratelimit';
import { asVmToolsError } from '../as-vm-tools-error.ts';
import { readAutostart } from '../autostart/entries.ts';
import { settleAway } from '../autostart/settle-away.ts';
import { journalsOf } from '../journals.ts';
import { holdLife } from '../life-lock.ts';
import type { GuestOutcome } from '../outcome.ts';
import type { TakeDownOptions } from '../take-down/take-down.ts';
import { moveGuest } from './move-guest.ts';

/** Which guests leave, where to, and how many together. */
export interface EvacuateOptions extends Pick<
  TakeDownOptions,
  'withForeign' | 'signal' | 'onLog' | 'onOutcome' | 'onEvent' | 'onWarning'
> {
  /** As `peerAddress` has let them pass. Guests are spread over them, and go to another when one refuses them. */
  readonly peers: readonly PeerAddress[];
  /** Only guests of which this holds. @default all */
  readonly only?: ((guest: Domain) => boolean) | undefined;
  /** How many are moved at the same time. @default 2 */
  readonly atOnce?: number | undefined;
  /** The limit of all together: bytes per second, or a timetable. @default none */
  readonly rate?: Schedule | undefined;
  /** Leaves the host open for guests that are not here yet. @default false */
  readonly staysOpen?: boolean | undefined;
}

/**
 * Empties a host: each guest goes to one of the peers, live where it can. The host takes no other guests meanwhile and
 * behind it, until `reopenHost`. A guest that cannot go stays as it is and runs on.
 *
 * @returns an outcome for each guest
 * @throws VmToolsError HOST_BUSY; INTERRUPTED: the guests of which no outcome was told are here
 */
export async function evacuate(host: Host, options: EvacuateOptions): Promise<GuestOutcome[]> {
  const { peers, only = () => true, withForeign = false, atOnce = 2, rate, signal, onOutcome } = options;
  await using _held = await holdLife(host);
  if (options.staysOpen !== true) await closeHost(host, 'its guests were sent to other hosts (evacuated)');
  const journals = journalsOf(host);
  const limiter = createLimiter({ rate: Infinity });
  const followed = rate && followSchedule(limiter, rate);
  const isStopped = (): boolean => signal?.aborted === true;
  const outcomes: GuestOutcome[] = [];
  const done = (outcome: GuestOutcome): void => {
    outcomes.push(outcome);
    onOutcome?.(outcome);
  };
  const leaving: Domain[] = [];
  for (const guest of await listGuests(host)) {
    if (!only(guest)) continue;
    const { domid, uuid, name } = guest;
    if (withForeign || (await isOurs(host, guest))) leaving.push(guest);
    else done({ domid, uuid, name, did: 'left', note: 'another toolstack has made it' });
  }
  // The largest first: what is left fits more easily into what is left.
  leaving.sort((a, b) => b.memoryKib - a.memoryKib || a.name.localeCompare(b.name));
  try {
    await someAtOnce([...leaving.entries()], atOnce, async ([index, guest]) => {
      const { domid, uuid, name } = guest;
      if (signal !== undefined && isStopped()) throw abortError(signal, `it was the turn of ${name}`);
      const first = index % Math.max(1, peers.length);
      const turned = [...peers.slice(first), ...peers.slice(0, first)];
      const onEvent =
        options.onEvent && ((event: Parameters<typeof options.onEvent>[1]) => options.onEvent?.(name, event));
      try {
        const { peer } = await moveGuest(host, guest, turned, {
          journals,
          limiter,
          signal,
          onEvent,
          onLog: options.onLog,
        });
        done({ domid, uuid, name, did: 'moved', note: `to ${formatPeerAddress(peer)}` });
      } catch (thrown) {
        if (isStopped()) throw thrown;
        done({ domid, uuid, name, did: 'failed', error: asVmToolsError(thrown) });
      }
    });
  } finally {
    followed?.stop();
    // What has gone does not start with this host any more.
    await settleAway(host, await readAutostart(host.root), await listDomains(host));
  }
  return outcomes;
}
