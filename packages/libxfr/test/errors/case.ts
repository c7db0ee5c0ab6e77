import type { FailureKind, Retry, Side, VmToolsError } from '@vm-tools/errors';
import { patient } from '@vm-tools/ratelimit/testing';
import { sendToPeer, type SendOptions } from '../../src/source/send.ts';
import { receiveFromPeer, type ReceiveOptions } from '../../src/target/receive.ts';
import { FakeSource, type FakeSourceInit } from '../../src/testing/fake-source.ts';
import { FakeTarget, type FakeTargetInit } from '../../src/testing/fake-target.ts';
import { LINKS, type Link } from '../../src/testing/links.ts';
import { frame, PREAMBLE, RawPeer } from '../../src/testing/raw-peer.ts';

/** One way to an error, and what there is to know of the error at its end. */
export interface ErrorCase {
  readonly code: string;
  /** in what follows "when" */
  readonly when: string;
  /** Resolves with the error. */
  readonly cause: () => Promise<VmToolsError>;
  readonly kind: FailureKind;
  readonly retry: Retry;
  /** not of what has nothing to do with a transfer */
  readonly side?: Side;
  readonly phase?: string;
  /** the state of the guest */
  readonly guest?: string;
}

export const SOURCE_RUNS = 'still running on the source';
export const NEVER_STARTED = 'never started here';
export const ID = 'a'.repeat(32);
export const OFFER = new FakeSource().offer;
export const hello = frame('HELLO', { id: ID, epoch: 1, offer: OFFER });
export const accept = frame('ACCEPT', { epoch: 1 });
export const ready = frame('READY', { epoch: 1 });
/** The end of an image without a byte. */
export const eos = frame('EOS', {
  blake2b512:
    '786a02f742015903c6c6fd852552d272912f4740e15847618a86e217f71f5419d25e1031afee585313896444934eb04b903a685b1448b755d56f701afe9be2ce',
  bytes: 0,
});

/** What a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<VmToolsError> {
  return promise.then(
    () => Promise.reject(new Error('nothing has failed')),
    (thrown: unknown) => thrown as VmToolsError,
  );
}

/** What a call throws. */
export async function thrownBy(run: () => void): Promise<VmToolsError> {
  const call = Promise.resolve().then(run);
  return rejection(call);
}

interface Both {
  readonly source?: FakeSourceInit;
  readonly target?: FakeTargetInit;
  readonly send?: SendOptions;
  readonly receive?: ReceiveOptions;
}

/** A whole transfer; what one end of it rejects with. */
export async function failed(end: 'source' | 'target', { source, target, send, receive }: Both) {
  const link = (await LINKS['memory']?.()) as Link;
  const timeouts = { lingerMs: patient(5_000) };
  const [sent, received] = await Promise.allSettled([
    sendToPeer(new FakeSource(source), link.source, { timeouts, ...send }),
    receiveFromPeer(link.target, () => new FakeTarget(target), { timeouts, ...receive }),
  ]);
  return rejection(end === 'source' ? settled(sent) : settled(received));
}

function settled(result: PromiseSettledResult<unknown>): Promise<unknown> {
  return result.status === 'fulfilled' ? Promise.resolve() : Promise.reject(result.reason as Error);
}

/** A source whose target follows the script. */
export async function toRawTarget(script: (peer: RawPeer) => unknown, options: SendOptions = {}) {
  const link = (await LINKS['tcp']?.()) as Link;
  const peer = new RawPeer(link.target.stream);
  const timeouts = { lingerMs: 20, ...options.timeouts };
  const error = rejection(sendToPeer(new FakeSource(), link.source, { ...options, timeouts }));
  const scripted = Promise.resolve(script(peer)).catch(() => undefined);
  await error.finally(() => peer.hangUp());
  await scripted;
  return error;
}

/** A target whose source says this, behind the preamble. */
export async function fromRawSource(frames: readonly Buffer[], options: ReceiveOptions = {}) {
  return fromSilentSource((peer) => peer.say(PREAMBLE, ...frames), options);
}

/** The same, and the source follows the script from its first byte on. */
export async function fromSilentSource(script: (peer: RawPeer) => unknown, options: ReceiveOptions = {}) {
  const link = (await LINKS['tcp']?.()) as Link;
  const peer = new RawPeer(link.source.stream);
  const timeouts = { lingerMs: 20, ...options.timeouts };
  const error = rejection(receiveFromPeer(link.target, () => new FakeTarget(), { ...options, timeouts }));
  const scripted = Promise.resolve(script(peer)).catch(() => undefined);
  await error.finally(() => peer.hangUp());
  await scripted;
  return error;
}
