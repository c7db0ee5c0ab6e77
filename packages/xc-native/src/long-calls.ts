import type { Duplex } from 'node:stream';
import { encodeLine } from '@vm-tools/ipc';
import { incomingBytes, outgoingBytes } from '@vm-tools/ipc/calls';
import { Conversation, type HelperOptions } from './helper/conversation.ts';
import { hasStream, LONGEST_LINE_BYTES, protocolError } from './helper/messages.ts';
import type { Job, Question, Work } from './helper/messages.ts';
import type {
  BuildSpec,
  DumpCall,
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
  Pick<HelperOptions, 'helpers' | 'abortGraceMs'> & { readonly onLog?: (line: string) => void };

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
  const { precopy, suspend, live } = spec;
  const decide = async (question: Question): Promise<PrecopyDecision> => {
    if (question.type === 'suspend') {
      await suspend();
      return 'continue';
    }
    if (question.type !== 'precopy' || precopy === undefined) return 'continue';
    return precopy(question.stats);
  };
  const work: Work = { kind: 'save', live, asksPrecopy: precopy !== undefined };
  const { data, done } = start(host, domid, work, `saving domain ${domid}`, options, { decide });
  return { stream: incomingBytes(data, done), done: handled(done.then(() => undefined)) };
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
  const image = Promise.withResolvers<ImageSource | undefined>();
  const what = `restoring domain ${domid}`;
  const { data, done } = start(host, domid, { kind: 'restore', spec }, what, options, {
    image: image.promise,
  });
  const sink = outgoingBytes(data, done, () => image.resolve(undefined));
  const fetchFrom = (source: ImageSource): void => {
    image.resolve(source);
    sink.end();
  };
  return { sink: Object.assign(sink, { fetchFrom }), done: handled(done.then(asFrames)) };
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
  { version, libraries, helpers, abortGraceMs, onLog }: HelperHost,
  domid: number,
  work: Work,
  what: string,
  options: LongCallOptions,
  answers: Pick<HelperOptions, 'decide' | 'image'> = {},
): HelperCall {
  const job: Job = { domid, version, libraries, ...work };
  const line = encodeLine(job, LONGEST_LINE_BYTES, protocolError); // what is too long to be told bothers no helper
  const helper = helpers.take(hasStream(job));
  helper.control.write(line);
  const conversation = new Conversation(helper, job, {
    helpers,
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
