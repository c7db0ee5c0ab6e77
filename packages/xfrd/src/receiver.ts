import { createLog, ensureMonitor, type Invocation, type Log } from '@vm-tools/cli';
import { domainTarget, guestFinder, type DomainTarget } from '@vm-tools/libdomain';
import { fileJournals } from '@vm-tools/libxfr';
import { placesHere } from '@vm-tools/libhost';
import { JOURNAL_FOLDER, type Journals } from '@vm-tools/libxfr/journals';
import type { GuestPlace, WantedGuest } from '@vm-tools/libxfr/types';
import { readPeer, trustFolder, type LivingGuest } from '@vm-tools/trust';
import { join } from 'node:path';
import { guestsFrom } from './guests-from.ts';
import { recovery, type Recovery } from './recovery.ts';

/** The host side of receiving, for every caller and transport. */
export interface Receiver {
  readonly log: Log;
  readonly journals: Journals;
  /** for a guest from a peer of that name, where it has proved one */
  readonly makeTarget: (who?: string) => DomainTarget;
  /** what this host knows of a guest */
  readonly where: (wanted: WantedGuest) => Promise<readonly GuestPlace[]>;
  /** what lives here that has come from a peer */
  readonly livingOf: (who: string) => Promise<readonly LivingGuest[]>;
  /** the transfers that others have left */
  readonly left: Recovery;
}

/**
 * By the time it resolves, transfers that earlier processes have left are ended, as far as that needs no answer of a
 * peer.
 */
export async function openReceiver(invocation: Invocation<unknown>): Promise<Receiver> {
  const { messages, root } = invocation;
  const host = await invocation.openHost();
  const log = createLog(messages);
  const journals = fileJournals(join(root, JOURNAL_FOLDER));
  await journals.hostId?.({ isMade: true }); // a host that sends a guest to itself finds it
  const onStarted = (): void => void ensureMonitor(invocation);
  const left = recovery(log, { journals, finder: guestFinder(host), onStarted });
  await left.alone();
  const folder = trustFolder(root);
  const makeTarget = (who?: string): DomainTarget =>
    domainTarget(host, {
      onLog: messages.trace,
      origin: { from: 'peer', ...(who === undefined ? {} : { peer: who }) },
      rulesOfPeer: (peer) => readPeer(folder, peer),
    });
  return {
    ...{ log, journals, left, makeTarget },
    where: (wanted) => placesHere(host, wanted),
    livingOf: (who) => guestsFrom(who, { host, journals }),
  };
}
