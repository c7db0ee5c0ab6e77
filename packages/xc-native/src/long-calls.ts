import { incomingBytes, outgoingBytes } from '@vm-tools/ipc';
import { callHelper } from './helper/call-helper.ts';
import type { HelperOptions } from './helper/conversation.ts';
import type { Job, Question, Work } from './helper/messages.ts';
import type {
  BuildSpec,
  ImageSource,
  LongCallOptions,
  PrecopyDecision,
  RestoreCall,
  RestoreSpec,
  RingFrames,
  SaveCall,
  SaveSpec,
} from './xen.ts';

/** What every long call is made with. */
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
  const work: Work = { kind: 'build', spec: spec };
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

function start(
  { version, libraries, helpers, abortGraceMs, onLog }: HelperHost,
  domid: number,
  work: Work,
  what: string,
  options: LongCallOptions,
  answers: Pick<HelperOptions, 'decide' | 'image'> = {},
): ReturnType<typeof callHelper> {
  return callHelper(
    { domid, version, libraries, ...work },
    {
      helpers,
      what,
      ...(abortGraceMs === undefined ? {} : { abortGraceMs }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      ...answers,
      onLog: (line) => {
        onLog?.(line);
        options.onLog?.(line);
      },
    },
  );
}

/** Who only looks at the stream gets the error there, and must not be told of a rejection that nobody awaited. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

function asFrames(frames: RingFrames | undefined): RingFrames {
  return frames ?? { storeFrame: 0n, consoleFrame: 0n };
}
