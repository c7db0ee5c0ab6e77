import { createHash } from 'node:crypto';
import { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { Limiter } from '@vm-tools/ratelimit';
import type { Attempt } from './attempt.ts';
import { ImageWindow } from './image-window.ts';
import { pacedSlices } from './paced-slices.ts';
import { bytesIn } from './pieces.ts';
import type { ProgressReporter } from './progress.ts';
import type { Channel } from './protocol/channel.ts';
import { outOfTurn } from './protocol/channel.ts';
import { zeroSpans } from './zero-spans.ts';

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
  const hash = createHash('blake2b512');
  const window = new ImageWindow(channel, answerMs);
  let bytes = 0;
  let isSent = false;

  const send = async (chunk: Buffer): Promise<void> => {
    await window.enter(chunk.length, signal);
    hash.update(chunk);
    bytes += chunk.length;
    for (const span of zeroSpans([chunk])) {
      if (span.isZero) {
        await channel.sendZeros(span.bytes);
        progress.add(0, span.bytes);
      } else {
        for await (const slice of pacedSlices(span.pieces, limiter, signal)) {
          for (const piece of slice) await channel.sendData(piece);
          progress.add(bytesIn(slice));
        }
      }
    }
  };
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      send(chunk).then(
        () => done(),
        (thrown: unknown) => {
          attempt.fail(thrown);
          done(thrown as Error);
        },
      );
    },
  });
  const onAbort = (): void => void sink.destroy(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  const sent = finished(sink).then(() => {
    isSent = true;
    return { blake2b512: hash.digest('hex'), bytes };
  });
  sent.catch(() => undefined); // why it failed comes from whoever destroyed it

  // The target may give up at any moment, and is heard at once, not when the next write to it fails.
  channel.peek().then(
    ({ name }) => isSent || attempt.fail(outOfTurn(name, ['DATA'])),
    (thrown: unknown) => attempt.fail(thrown),
  );
  return { sink, sent, taken: () => window.taken(signal) };
}
