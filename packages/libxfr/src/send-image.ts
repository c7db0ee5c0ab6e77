import { createHash } from 'node:crypto';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createLimiter, paced, type Limiter } from '@vm-tools/ratelimit';
import type { Attempt } from './attempt.ts';
import type { ProgressReporter } from './progress.ts';
import type { Channel } from './protocol/channel.ts';
import { outOfTurn } from './protocol/channel.ts';

/** An image on its way: what is written into `sink` becomes DATA frames, at the pace of the limiter and the peer. */
export interface SentImage {
  readonly sink: Writable;
  /** after the end of `sink`: what EOS has to say */
  readonly sent: Promise<{ readonly sha256: string; readonly bytes: number }>;
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
  const hash = createHash('sha256');
  let isSent = false;
  const frames = new Writable({
    write(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      channel.sendData(chunk).then(
        () => {
          progress.add(chunk.length);
          done();
        },
        (thrown: unknown) => {
          attempt.fail(thrown);
          done(thrown as Error);
        },
      );
    },
  });
  const sink = paced(limiter, { signal: attempt.signal });
  const sent = pipeline(sink, frames).then(() => {
    isSent = true;
    return { sha256: hash.digest('hex'), bytes: progress.transferred };
  });
  sent.catch(() => undefined); // why it failed comes from whoever destroyed it

  // The target may give up at any moment, and is heard at once, not when the next write to it fails.
  channel.peek().then(
    ({ name }) => isSent || attempt.fail(outOfTurn(name, ['DATA'])),
    (thrown: unknown) => attempt.fail(thrown),
  );
  return { sink, sent };
}
