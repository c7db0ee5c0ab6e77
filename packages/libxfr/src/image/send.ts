import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { Limiter } from '@vm-tools/ratelimit';
import type { Channel } from '../protocol/channel.ts';
import { outOfTurn } from '../protocol/channel.ts';
import { bytesIn } from '../protocol/pieces.ts';
import type { Attempt } from '../session/attempt.ts';
import type { ProgressReporter } from '../session/progress.ts';
import { ImageDigest } from './digest.ts';
import { pacedSlices } from './paced-slices.ts';
import { takingSink } from './taking-sink.ts';
import { ImageWindow } from './window.ts';
import { ZeroBatch } from './zero-batch.ts';
import { zeroSpans } from './zero-spans.ts';

/** Zeros that come while the peer or a limit is waited for go out together: long runs make few frames. */
const GATHERED_BYTES = 2 ** 18;

/** An image on its way: what is written into `sink` becomes DATA frames, at the pace of the limiter and the peer. */
export interface SentImage {
  readonly sink: Writable;
  /** after the end of `sink`: what EOS has to say */
  readonly sent: Promise<{ readonly blake2b512: string; readonly bytes: number }>;
  /** resolves when the target has taken all that was sent up to now */
  readonly taken: () => Promise<void>;
}

export function sendImage(
  channel: Channel,
  {
    limiter,
    progress,
    attempt,
    answerMs,
  }: {
    readonly limiter: Limiter;
    readonly progress: ProgressReporter;
    readonly attempt: Attempt;
    readonly answerMs: number;
  },
): SentImage {
  const { signal } = attempt;
  const digest = new ImageDigest(channel);
  const window = new ImageWindow(channel, answerMs);
  const zeros = new ZeroBatch(
    async (bytes) => {
      await channel.sendZeros(bytes);
      progress.add(0, bytes);
    },
    (thrown) => attempt.fail(thrown),
  );
  let isSent = false;

  const send = async (pieces: readonly Buffer[]): Promise<void> => {
    await window.enter(bytesIn(pieces), signal);
    for (const span of zeroSpans(pieces)) {
      if (span.isZero) {
        digest.addZeros(span.bytes);
        await zeros.add(span.bytes);
      } else {
        await zeros.flush();
        for await (const slice of pacedSlices(span.pieces, limiter, signal)) {
          for (const piece of slice) {
            digest.add(piece);
            await channel.sendData(piece);
          }
          progress.add(bytesIn(slice));
        }
      }
    }
  };
  const sink = takingSink(send, {
    highWaterMark: GATHERED_BYTES,
    onFailed: (thrown) => attempt.fail(thrown),
    final: () => zeros.flush(),
    signal,
  });
  signal.addEventListener('abort', () => zeros.drop(), { once: true });
  const sent = finished(sink).then(() => {
    isSent = true;
    return { blake2b512: digest.hex(), bytes: digest.bytes };
  });
  sent.catch(() => undefined); // the error comes with the call that destroyed it

  // The target may give up at any moment, and is heard at once, not when the next write to it fails.
  channel.peek().then(
    ({ name }) => isSent || attempt.fail(outOfTurn(name, ['DATA'])),
    (thrown: unknown) => attempt.fail(thrown),
  );
  const taken = async (): Promise<void> => {
    await zeros.flush();
    await window.taken(signal);
  };
  return { sink, sent, taken };
}
