import { randomBytes } from 'node:crypto';
import { throwIfAborted, type Side } from '@vm-tools/errors';
import type { Journals } from '../journal/journals.ts';
import type { Check, Offer, Source } from '@vm-tools/ports';
import { Channel } from '../protocol/channel.ts';
import type { Connection } from '../protocol/connection.ts';
import { requireChecks } from '../protocol/preamble.ts';
import { asVmToolsError, remoteError } from '../protocol/remote-error.ts';
import { DEFAULT_TIMEOUTS, type TransferTimeouts } from '../protocol/timeouts.ts';
import { requireNoTransfer } from './require-no-transfer.ts';

/** A check, and the host on which it was made. */
export interface PeerCheck extends Check {
  readonly side: Side;
}

/** How a peer is asked whether it would take a guest. */
export interface CheckOptions {
  /** those of this host, which know whether the guest is on its way already. @default unknown */
  readonly journals?: Pick<Journals, 'listOf' | 'hostId'> | undefined;
  readonly timeouts?: Partial<TransferTimeouts> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Makes the connection over which a guest is to be offered. It keeps a time limit of its own. */
export type ConnectFor = (signal: AbortSignal, offer: Offer) => Promise<Connection>;

/**
 * Whether the guest of `source` could be moved to the peer: all that could make it fail and can be known before the
 * first page, on both hosts. Nothing is changed on either. A check that depends on a failed one is not in the list: no
 * connection, no checks of the target.
 *
 * @throws VmToolsError only when the signal fires
 */
export async function checkPeer(
  source: Source,
  connect: ConnectFor,
  options: CheckOptions = {},
): Promise<readonly PeerCheck[]> {
  const { journals, signal = new AbortController().signal } = options;
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  const found: PeerCheck[] = [];
  /** @returns undefined when it has failed, for which it then stands in the list */
  const attempt = async <T>(
    check: Pick<PeerCheck, 'side' | 'name'>,
    make: () => Promise<T>,
  ): Promise<T | undefined> => {
    try {
      const made = await make();
      throwIfAborted(signal, 'looking at both hosts');
      found.push(check);
      return made;
    } catch (thrown) {
      throwIfAborted(signal, 'looking at both hosts');
      found.push({ ...check, error: asVmToolsError(thrown) });
      return undefined;
    }
  };

  found.push(...(await source.check()).map((check) => ({ side: 'source' as const, ...check })));
  const offer = await attempt({ side: 'source', name: 'offer' }, () => source.describe());
  if (offer === undefined) {
    // That it cannot be described has been said better if one of its checks has failed.
    if (found.slice(0, -1).some(({ error }) => error !== undefined)) found.pop();
    return found;
  }
  if (journals !== undefined)
    await attempt({ side: 'source', name: 'transfer' }, () => requireNoTransfer(journals, offer));
  const connection = await attempt({ side: 'target', name: 'peer' }, () => connect(signal, offer));
  if (connection === undefined) return found;
  const checks = await attempt({ side: 'target', name: 'protocol' }, () =>
    ask(connection, { offer, journals }, timeouts, signal),
  );
  return [...found, ...(checks ?? [])];
}

async function ask(
  connection: Connection,
  { offer, journals }: { readonly offer: Offer; readonly journals: CheckOptions['journals'] },
  timeouts: TransferTimeouts,
  signal: AbortSignal,
): Promise<readonly PeerCheck[]> {
  const channel = new Channel(connection, 'target', timeouts);
  try {
    requireChecks(await channel.negotiate(signal), channel.peer);
    await channel.send('CHECK', {
      id: randomBytes(16).toString('hex'),
      ...{ offer, host: await journals?.hostId?.() },
    });
    const limitMs = timeouts.answerMs;
    const { checks } = (await channel.expect(['CHECKED'], { limitMs, signal })).body;
    return checks.map(({ error, ...check }) => ({
      side: 'target',
      ...check,
      error: error && remoteError(error),
    }));
  } finally {
    await channel.close();
  }
}
