import { VmToolsError, within } from '@vm-tools/errors';
import type { GuestPlace, WantedGuest } from '@vm-tools/ports';
import type { Connect } from '../options.ts';
import { Channel } from '../protocol/channel.ts';
import { requireWhere } from '../protocol/preamble.ts';
import { asVmToolsError } from '../protocol/remote-error.ts';
import { DEFAULT_TIMEOUTS, type TransferTimeouts } from '../protocol/timeouts.ts';
import { notLookedAt } from './answer-check.ts';

/** How a peer is asked for a guest. */
export interface AskWhereOptions {
  readonly timeouts?: Partial<TransferTimeouts> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Asks a peer for a guest.
 *
 * @returns what it knows of guests of that name or UUID; nothing when it has none
 * @throws VmToolsError why it cannot be reached, XFR_PROTOCOL_OLDER (peer), XFR_PEER_SILENT (timeout), XFR_PEER_ABORTED
 */
export async function askWhere(
  connect: Connect,
  wanted: WantedGuest,
  options: AskWhereOptions = {},
): Promise<readonly GuestPlace[]> {
  const { signal = new AbortController().signal } = options;
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  const channel = new Channel(await connect(signal), 'target', timeouts);
  try {
    requireWhere(await channel.negotiate(signal), channel.peer);
    await channel.send('WHERE', wanted);
    return (await channel.expect(['HERE'], { limitMs: timeouts.answerMs, signal })).body.guests;
  } finally {
    await channel.close();
  }
}

/** Says to a peer what is known here. */
export async function answerWhere(
  channel: Channel,
  where: ((wanted: WantedGuest) => Promise<readonly GuestPlace[]>) | undefined,
  wanted: WantedGuest,
  { limitMs, signal }: { readonly limitMs: number; readonly signal: AbortSignal },
): Promise<void> {
  try {
    if (where === undefined) throw notKnown();
    await channel.send('HERE', {
      guests: await within(where(wanted), limitMs, notLookedAt(limitMs), signal),
    });
  } catch (thrown) {
    const failure = asVmToolsError(thrown);
    channel.abort(failure);
    throw failure;
  }
}

function notKnown(): VmToolsError {
  return new VmToolsError({
    code: 'XFR_WHERE_UNKNOWN',
    kind: 'peer',
    message: 'this receiver does not know which guests its host has',
    hint: 'look there with vm-list',
  });
}
