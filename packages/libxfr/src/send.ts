import { Attempt } from './attempt.ts';
import type { TransferSummary } from './events.ts';
import { giveBack, notSaved } from './give-back.ts';
import { handOver } from './hand-over.ts';
import type { TransferOptions } from './options.ts';
import type { Offer, SaveReport, Source } from './ports.ts';
import { ProgressReporter } from './progress.ts';
import { Channel } from './protocol/channel.ts';
import { peerError } from './protocol/remote-error.ts';
import { sendImage } from './send-image.ts';
import { DEFAULT_TIMEOUTS, type TransferTimeouts } from './timeouts.ts';
import type { Connection } from './transport/connection.ts';
import type { Endpoint } from './transport/endpoint.ts';
import { connectTcp } from './transport/tcp.ts';
import { warnIfPlain } from './warn-if-plain.ts';

export interface SendOptions extends TransferOptions {
  readonly timeouts?: Partial<TransferTimeouts> | undefined;
}

const REJECTED = { code: 'XFR_PEER_REJECTED', did: 'refused', side: 'target' } as const;

/**
 * Moves the guest of `source` to the peer. On success it runs there and is gone here.
 *
 * Before the peer is told to start it, any failure and any abort leaves the guest running on the source; from then on
 * an abort is not heard any more, and the peer alone says where the guest runs.
 *
 * @param peer an endpoint to connect to, or a connection, which is ended in any case
 * @throws VmToolsError
 *   XFR_PEER_REJECTED, XFR_PEER_ABORTED, XFR_TARGET_START_FAILED: the peer's error is the cause, and gives the kind;
 *   XFR_UNREACHABLE, XFR_CONNECTION_LOST, XFR_PROTOCOL, XFR_PROTOCOL_MAGIC, XFR_PROTOCOL_VERSION (kind peer);
 *   XFR_PEER_SILENT (timeout); INTERRUPTED (aborted-safe); XFR_RESUME_FAILED (failure: suspended on the source);
 *   XFR_UNCERTAIN (uncertain: suspended on the source, and nobody said whether it runs at the target);
 *   and whatever the source itself rejects with
 */
export async function sendToPeer(
  source: Source,
  peer: Endpoint | Connection,
  options: SendOptions = {},
): Promise<TransferSummary> {
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  using attempt = new Attempt(options.signal, 'sending the guest');
  const progress = new ProgressReporter(options.onEvent, options.clock);
  progress.phase('connecting');
  const connection = 'stream' in peer ? peer : await connect(peer, timeouts, attempt);
  const channel = new Channel(connection, 'target', timeouts);
  try {
    warnIfPlain(connection, progress);
    const ready = await untilReady(source, channel, { ...options, timeouts, attempt, progress });
    return await handOver(source, channel, { ...ready, progress, answerMs: timeouts.answerMs });
  } finally {
    await channel.close();
  }
}

async function connect(peer: Endpoint, timeouts: TransferTimeouts, attempt: Attempt): Promise<Connection> {
  try {
    return await connectTcp(peer, { connectMs: timeouts.connectMs, signal: attempt.signal });
  } catch (thrown) {
    throw notSaved(attempt.cause(thrown), thrown, undefined);
  }
}

interface Parts extends SendOptions {
  readonly timeouts: TransferTimeouts;
  readonly attempt: Attempt;
  readonly progress: ProgressReporter;
}

/** All that can be taken back: when it fails, the guest runs on the source. */
async function untilReady(
  source: Source,
  channel: Channel,
  { limiter, timeouts, attempt, progress }: Parts,
): Promise<{ offer: Offer; saved: SaveReport }> {
  const answer = { limitMs: timeouts.answerMs, signal: attempt.signal };
  let offer: Offer | undefined;
  let saved: SaveReport | undefined;
  try {
    offer = await source.describe();
    progress.setTotal(offer.memoryBytes);
    await channel.negotiate(attempt.signal);

    progress.phase('reserving');
    await channel.send('HELLO', { offer });
    const verdict = await channel.expect(['ACCEPT', 'REJECT'], answer);
    if (verdict.name === 'REJECT') throw peerError(verdict.body.error, REJECTED);

    const image = sendImage(channel, { limiter, progress, attempt });
    saved = await source.save(image.sink, {
      signal: attempt.signal,
      onProgress: (report) => progress.saved(report),
    });
    await channel.send('EOS', await image.sent);
    await channel.expect(['READY'], answer);
    attempt.signal.throwIfAborted(); // the last moment at which somebody may change his mind
    return { offer, saved };
  } catch (thrown) {
    const failure = attempt.cause(thrown);
    channel.abort(failure);
    if (offer === undefined || saved === undefined) throw notSaved(failure, thrown, offer);
    throw await giveBack(source, offer, failure);
  }
}
