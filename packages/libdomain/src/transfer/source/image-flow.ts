import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { VmToolsError } from '@vm-tools/errors';
import type { ImagePlace, SaveControl, SentBytes } from '@vm-tools/ports';
import type { FilePlace, SaveCall } from '@vm-tools/xc-native';
import { FileVerifier, LibxcVerifier, verifyLibxc, type LibxcCounts } from '@vm-tools/xen-stream';
import { throughVerifier } from './through-verifier.ts';
import { untilSent } from './until-sent.ts';

/** How the libxc stream of a save comes from libxc to where it is to be, checked. */
export interface ImageFlow {
  readonly counts: LibxcCounts;
  /** bytes of the stream that are part of the image */
  passedBytes(): number;
  /** where libxc is to write by itself */
  readonly into?: FilePlace;
  /** What has left this process by now. */
  sent(): SentBytes;
  /** Until all that libxc has written up to now is where it is to be. */
  arrived(): Promise<void>;
  /** Until the whole stream is there, and sound. When it rejects, libxc has been stopped or `stop` was called. */
  run(call: SaveCall, stop: () => void): Promise<void>;
  /** The cause of a failed save, of which each side knows a part. */
  cause(saved: PromiseSettledResult<void>, flowed: PromiseSettledResult<void>): unknown;
}

export interface FlowOptions {
  readonly expect: 'pv' | 'pvh';
  readonly control: SaveControl;
  /** Told each time that a record of pages has gone by; of several at once once. */
  readonly onPageBatch: () => void;
}

/** Through this process into the sink, which stays open. */
export function flowIntoSink(sink: Writable, { expect, control, onPageBatch }: FlowOptions): ImageFlow {
  const verify = verifyLibxc({ expect, leaveOutHoles: true, onPageBatch });
  const { counts } = verify.verifier;
  const passedBytes = (): number => counts.bytes - counts.leftOutBytes;
  const { signal } = control;
  return {
    counts,
    passedBytes,
    sent: control.sent ?? (() => ({ bytes: passedBytes(), zeroBytes: 0 })),
    async arrived() {
      if (control.sent !== undefined) await untilSent(passedBytes, control.sent, signal);
      await control.taken?.();
    },
    async run({ stream }) {
      if (control.keepsNothing === true)
        return throughVerifier(stream, verify.verifier, sink, { signal, onPageBatch });
      // pipeline leaves the stream alone when the sink has failed before it began: libxc would wait for a reader for ever.
      try {
        await pipeline(stream, verify, sink, { signal, end: false });
      } catch (thrown) {
        stream.destroy(thrown as Error);
        throw thrown;
      }
    },
    // A sink that has failed knows why.
    cause: (saved, flowed) => sink.errored ?? firstCause(saved, flowed),
  };
}

/** How long libxc writes before it is looked at what it has written: some 600 MiB at its fastest, looked at in 3 ms. */
const LOOK_EVERY_MS = 100;
/** On a host with few processors, looking takes from libxc what it needs for writing: it gets so much of the time. */
const WRITING_PER_LOOK = 20;

/**
 * Into a file, by libxc itself, and behind it goes a verifier that reads the heads of the records alone. So a byte of
 * the guest is copied once, from its memory into the file, as with xl.
 */
export function flowIntoFile(place: ImagePlace, at: number, options: FlowOptions): ImageFlow {
  const verifier = new LibxcVerifier({ expect: options.expect, baseOffset: at });
  const { counts } = verifier;
  const follower = new FileVerifier(place, verifier, at);
  // `arrived` may look while `run` does: each byte is told once, by the one that comes to it first.
  let toldBytes = 0;
  let toldRecords = 0;
  const follow = async (): Promise<void> => {
    await follower.catchUp();
    const { bytes, pageRecords } = counts;
    if (bytes > toldBytes) place.wrote(bytes - toldBytes);
    if (pageRecords > toldRecords) options.onPageBatch();
    toldBytes = bytes;
    toldRecords = pageRecords;
  };
  return {
    counts,
    passedBytes: () => counts.bytes,
    into: { path: place.path, at },
    sent: () => ({ bytes: counts.bytes, zeroBytes: 0 }),
    arrived: follow,
    async run({ done }, stop) {
      const ended = done.then(
        () => true,
        () => true,
      );
      try {
        const pause = (ms: number): Promise<boolean> => delay(ms, false, { ref: false });
        for (let pauseMs = LOOK_EVERY_MS; !(await Promise.race([ended, pause(pauseMs)]));) {
          const begun = performance.now();
          await follow();
          pauseMs = Math.max(LOOK_EVERY_MS, WRITING_PER_LOOK * (performance.now() - begun));
        }
        await done.catch(() => undefined); // it has a cause of its own
        await follow();
        await follower.finish();
      } catch (thrown) {
        stop();
        const { code } = thrown as NodeJS.ErrnoException;
        throw thrown instanceof VmToolsError || code === undefined ? thrown : place.failed(code, thrown);
      }
    },
    cause: (saved, flowed) => {
      const cause = firstCause(saved, flowed);
      const errno = cause instanceof VmToolsError ? cause.details['errnoName'] : undefined;
      return typeof errno === 'string' && FILE_ERRNOS.has(errno) ? place.failed(errno, cause) : cause;
    },
  };
}

/** With these only a write to a file fails. */
const FILE_ERRNOS = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EROFS']);

/**
 * One failure takes the whole chain down with it, and only one end of it knows why. A stream that is not sound was
 * refused by the verifier; all else is libxc's own failure.
 */
function firstCause(saved: PromiseSettledResult<void>, flowed: PromiseSettledResult<void>): unknown {
  const flowError: unknown = flowed.status === 'rejected' ? flowed.reason : undefined;
  if (flowError instanceof VmToolsError && flowError.code !== 'STREAM_TRUNCATED') return flowError;
  return saved.status === 'rejected' ? saved.reason : flowError;
}
