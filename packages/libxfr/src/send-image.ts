import { createHash } from 'node:crypto';
import { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { createLimiter, sliceBytes, type Limiter } from '@vm-tools/ratelimit';
import type { Attempt } from './attempt.ts';
import type { ProgressReporter } from './progress.ts';
import type { Channel } from './protocol/channel.ts';
import { outOfTurn } from './protocol/channel.ts';
import { zeroSpans } from './zero-spans.ts';

/** An image on its way: what is written into `sink` becomes DATA frames, at the pace of the limiter and the peer. */
export interface SentImage {
  readonly sink: Writable;
  /** after the end of `sink`: what EOS has to say */
  readonly sent: Promise<{ readonly blake2b512: string; readonly bytes: number }>;
}

export function sendImage(
  channel: Channel,
  {
    limiter = createLimiter({ rate: Infinity }),
    progress,
    attempt,
  }: {
    readonly limiter?: Limiter | undefined;
    readonly progress: ProgressReporter;
    readonly attempt: Attempt;
  },
): SentImage {
  const { signal } = attempt;
  const hash = createHash('blake2b512');
  let bytes = 0;
  let isSent = false;

  /** A limit is on what crosses the network. */
  const sendSlices = async (data: Buffer): Promise<void> => {
    for (let offset = 0; offset < data.length;) {
      const slice = data.subarray(offset, offset + sliceBytes(limiter));
      await limiter.take(slice.length, signal);
      await channel.sendData(slice);
      offset += slice.length;
      progress.add(slice.length);
    }
  };
  const send = async (chunk: Buffer): Promise<void> => {
    hash.update(chunk);
    bytes += chunk.length;
    for (const { start, end, isZero } of zeroSpans(chunk)) {
      if (!isZero) {
        await sendSlices(chunk.subarray(start, end));
      } else {
        await channel.sendZeros(end - start);
        progress.add(0, end - start);
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
  return { sink, sent };
}
