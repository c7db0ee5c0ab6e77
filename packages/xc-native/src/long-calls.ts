import type { Duplex } from 'node:stream';
import { encodeLine } from '@vm-tools/ipc';
import { incomingBytes, noBytes, outgoingBytes } from '@vm-tools/ipc/calls';
import { Conversation, type HelperOptions } from './helper/conversation.ts';
import { followPosition } from './helper/file-position.ts';
import { hasStream, LONGEST_LINE_BYTES, protocolError } from './helper/messages.ts';
import type { Job, Question, Work } from './helper/messages.ts';
import type {
  BuildSpec,
  DumpCall,
  FilePlace,
  ImageSource,
  LongCallOptions,
  PrecopyDecision,
  RestoreCall,
  RestoreSpec,
  RingFrames,
  SaveCall,
  SaveSpec,
} from './xen.ts';

/** The arguments of every long call. */
export type HelperHost = Pick<Job, 'version' | 'libraries'> &
  Pick<HelperOptions, 'helpers' | 'cutWrites' | 'abortGraceMs'> & { readonly onLog?: (line: string) => void };

export async function destroyDomain(
  host: HelperHost,
  domid: number,
  options: LongCallOptions,
): Promise<void> {
  await start(host, domid, { kind: 'destroy' }, `destroying domain ${domid}`, options).done;
}

export async function buildDomain(
  host: HelperHost,
  domid: number,
  spec: BuildSpec,
  options: LongCallOptions,
): Promise<RingFrames> {
  const work: Work = { kind: 'build', spec };
  return asFrames(await start(host, domid, work, `building domain ${domid}`, options).done);
}

export function saveDomain(
  host: HelperHost,
  domid: number,
  spec: SaveSpec,
  options: LongCallOptions,
): SaveCall {
  const { precopy, suspend, live, into } = spec;
  const decide = async (question: Question): Promise<PrecopyDecision> => {
    if (question.type === 'suspend') {
      await suspend();
      return 'continue';
    }
    if (question.type !== 'precopy' || precopy === undefined) return 'continue';
    return precopy(question.stats);
  };
  const work: Work = { kind: 'save', live, asksPrecopy: precopy !== undefined, into };
  const { data, done } = start(host, domid, work, `saving domain ${domid}`, options, { decide });
  const stream = into === undefined ? incomingBytes(data, done) : noBytes();
  return { stream, done: handled(done.then(() => undefined)) };
}

export function dumpDomain(host: HelperHost, domid: number, options: LongCallOptions): DumpCall {
  const { data, done } = start(host, domid, { kind: 'dump' }, `dumping domain ${domid}`, options);
  return { stream: incomingBytes(data, done), done: handled(done.then(() => undefined)) };
}

export function restoreDomain(
  host: HelperHost,
  domid: number,
  spec: RestoreSpec,
  options: LongCallOptions,
): RestoreCall {
  const image = Promise.withResolvers<ImageSource | FilePlace | undefined>();
  let told: ((bytes: number) => void) | undefined;
  const what = `restoring domain ${domid}`;
  const { data, done } = start(host, domid, { kind: 'restore', spec }, what, options, {
    image: image.promise,
    onReading: (pid, fd) => {
      if (told !== undefined) void followPosition(pid, fd, { onMoved: told, until: done });
    },
  });
  const sink = outgoingBytes(data, done, () => image.resolve(undefined));
  const fetchFrom = (source: ImageSource): void => {
    image.resolve(source);
    sink.end();
  };
  const readFrom = (place: FilePlace, onRead?: (bytes: number) => void): void => {
    told = onRead;
    image.resolve(place);
    sink.end();
  };
  return { sink: Object.assign(sink, { fetchFrom, readFrom }), done: handled(done.then(asFrames)) };
}

/** A call of libxc in a helper process. */
interface HelperCall {
  /** the bytes of the image, for work with one */
  readonly data: Promise<Duplex>;
  /** Settles when the helper has done it, or has ended: from then on nothing of libxc happens any more. */
  readonly done: Promise<RingFrames | undefined>;
}

/**
 * Runs a job in a helper process and answers what it asks.
 *
 * An abort does not kill it, because libxc would leave the guest in log-dirty mode. The question at hand and all
 * later ones are answered 'abort', and the data stream is cut, so that whatever libxc reads or writes fails at once
 * and it tidies up. Only a helper that does not end in time is killed.
 */
function start(
  { version, libraries, helpers, cutWrites, abortGraceMs, onLog }: HelperHost,
  domid: number,
  work: Work,
  what: string,
  options: LongCallOptions,
  answers: Pick<HelperOptions, 'decide' | 'image' | 'onReading'> = {},
): HelperCall {
  const job: Job = { domid, version, libraries, ...work };
  const line = encodeLine(job, LONGEST_LINE_BYTES, protocolError); // what is too long to be told bothers no helper
  const helper = helpers.take(hasStream(job));
  helper.control.write(line);
  const conversation = new Conversation(helper, job, {
    helpers,
    cutWrites,
    what,
    ...(abortGraceMs === undefined ? {} : { abortGraceMs }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...answers,
    onLog: (logged) => {
      onLog?.(logged);
      options.onLog?.(logged);
    },
  });
  return { data: Promise.resolve(helper.data), done: handled(conversation.run()) };
}

/** A caller that only looks at the stream gets the error there, and must not get an unhandled rejection. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

function asFrames(frames: RingFrames | undefined): RingFrames {
  return frames ?? { storeFrame: 0n, consoleFrame: 0n };
}
