import type { Limiter } from '@vm-tools/ratelimit';
import { abandon } from './abandon.ts';
import { Attempt } from './attempt.ts';
import type { TransferSummary } from './events.ts';
import type { TransferOptions } from './options.ts';
import type { Offer, Target } from './ports.ts';
import { ProgressReporter } from './progress.ts';
import { Channel } from './protocol/channel.ts';
import { encodeRemoteError } from './protocol/remote-error.ts';
import { ReceivedImage } from './receive-image.ts';
import { startGuest } from './start-guest.ts';
import { DEFAULT_TIMEOUTS, type TransferTimeouts } from './timeouts.ts';
import type { Connection } from './transport/connection.ts';
import { warnIfPlain } from './warn-if-plain.ts';
import { whereabouts } from './whereabouts.ts';

export interface ReceiveOptions extends TransferOptions {
  readonly timeouts?: Partial<TransferTimeouts> | undefined;
}

/**
 * Takes one guest from a peer: the other end of `sendToPeer`. Resolves when the guest runs here.
 *
 * Until the source gives its word (GO), any failure and any abort ends with `abandon()`, and the source is told why.
 * After GO an abort is not heard any more.
 *
 * @param connection is ended in any case
 * @param makeTarget called when an offer has come; what it throws refuses the offer
 * @throws VmToolsError
 *   XFR_PEER_ABORTED (the source's error is the cause, and gives the kind); XFR_DIGEST (corrupt);
 *   XFR_CONNECTION_LOST, XFR_PROTOCOL, XFR_PROTOCOL_MAGIC, XFR_PROTOCOL_VERSION (peer); XFR_PEER_SILENT (timeout);
 *   INTERRUPTED (interrupted); and whatever the target rejects with
 */
export async function receiveFromPeer(
  connection: Connection,
  makeTarget: () => Target,
  options: ReceiveOptions = {},
): Promise<TransferSummary> {
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  using attempt = new Attempt(options.signal, 'receiving a guest');
  const progress = new ProgressReporter(options.onEvent, options.clock);
  progress.phase('connecting');
  const channel = new Channel(connection, 'source', timeouts);
  try {
    warnIfPlain(connection, progress);
    const { offer, target } = await untilGo(channel, makeTarget, { ...options, timeouts, attempt, progress });
    return await startGuest(channel, target, { offer, progress });
  } finally {
    await channel.close();
  }
}

interface Parts extends ReceiveOptions {
  readonly timeouts: TransferTimeouts;
  readonly attempt: Attempt;
  readonly progress: ProgressReporter;
}

/** All that can be taken back: when it fails, nothing of the guest is here. */
async function untilGo(
  channel: Channel,
  makeTarget: () => Target,
  { limiter, timeouts, attempt, progress }: Parts,
): Promise<{ offer: Offer; target: Target }> {
  const { signal } = attempt;
  let offer: Offer | undefined;
  let target: Target | undefined;
  let isAccepted = false;
  try {
    await channel.negotiate(signal);
    const hello = await channel.expect(['HELLO'], { limitMs: timeouts.handshakeMs, signal });
    offer = hello.body.offer;
    progress.setTotal(offer.memoryBytes);

    progress.phase('reserving');
    target = makeTarget();
    await target.reserve(offer);
    signal.throwIfAborted();
    await channel.send('ACCEPT', {});
    isAccepted = true;

    progress.phase('receiving');
    await restore(target, new ReceivedImage(channel, progress, attempt), { signal, limiter });
    signal.throwIfAborted();
    await channel.send('READY', {});
    await channel.expect(['GO'], { limitMs: timeouts.answerMs, signal });
    return { offer, target };
  } catch (thrown) {
    const failure = attempt.cause(thrown);
    if (offer === undefined || isAccepted) channel.abort(failure);
    else channel.send('REJECT', { error: encodeRemoteError(failure) }).catch(() => undefined);
    const { failure: told } = await abandon(target, failure);
    throw told.with({ guest: whereabouts(offer, 'never started here') });
  }
}

async function restore(
  target: Target,
  image: ReceivedImage,
  { signal, limiter }: { readonly signal: AbortSignal; readonly limiter: Limiter | undefined },
): Promise<void> {
  const stream = image.stream(limiter);
  try {
    await target.restore(stream, { signal });
  } finally {
    stream.destroy();
  }
  await image.finish();
}
