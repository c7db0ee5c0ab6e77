import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VmToolsError } from '@vm-tools/errors';
import { listen } from '../../src/listener/listen.ts';
import type { ListenEvent } from '../../src/listener/options.ts';
import { encodePreamble } from '../../src/protocol/preamble.ts';
import { sendToPeer } from '../../src/source/send.ts';
import { WaitingForGo } from '../../src/target/waiting-for-go.ts';
import { FakeSource } from '../../src/testing/fake-source.ts';
import { FakeTarget } from '../../src/testing/fake-target.ts';
import { LINKS, type Link } from '../../src/testing/links.ts';
import { frame, PREAMBLE } from '../../src/testing/raw-peer.ts';
import { startSaving, startTransfer } from '../../src/transfer/start.ts';
import { parseEndpoint } from '../../src/transport/endpoint.ts';
import {
  accept,
  eos,
  failed,
  fromRawSource,
  fromSilentSource,
  hello,
  ID,
  NEVER_STARTED,
  OFFER,
  ready,
  rejection,
  SOURCE_RUNS,
  thrownBy,
  toRawTarget,
  type ErrorCase,
} from './case.ts';

const full = (): never => {
  throw new VmToolsError({
    code: 'DOMAIN_NO_MEMORY',
    kind: 'resource',
    message: 'no memory',
    hint: 'free some',
  });
};
const SOURCE = { side: 'source', guest: SOURCE_RUNS } as const;
const TARGET = { side: 'target', guest: NEVER_STARTED } as const;
const EOS_OF_ANOTHER = frame('EOS', { blake2b512: 'a'.repeat(128), bytes: 0 });

/** A raw target that takes everything, and says this when GO has come. */
const afterGo = (answer: Buffer | undefined) =>
  toRawTarget(async (peer) => {
    peer.say(PREAMBLE, accept);
    await peer.heard('blake2b512');
    await peer.say(ready).heard(`{"id":"`);
    await peer.heard('"epoch":1}');
    if (answer === undefined) peer.hangUp();
    else peer.say(answer);
  });

/** What a transfer can end with. */
export const transferCases: readonly ErrorCase[] = [
  {
    code: 'XFR_PEER_REJECTED',
    when: 'the target cannot take the guest',
    cause: () => failed('source', { target: { onReserve: full } }),
    ...{ kind: 'resource', retry: 'safe', phase: 'reserving', ...SOURCE },
  },
  {
    code: 'XFR_PEER_ABORTED',
    when: 'the target fails',
    cause: () => failed('source', { target: { onRestored: full } }),
    ...{ kind: 'resource', retry: 'safe', phase: 'finishing', ...SOURCE },
  },
  {
    code: 'XFR_PEER_ABORTED',
    when: 'the source fails',
    cause: () => failed('target', { source: { onChunk: full } }),
    ...{ kind: 'resource', retry: 'safe', phase: 'receiving', ...TARGET },
  },
  {
    code: 'XFR_TARGET_START_FAILED',
    when: 'the guest cannot be started',
    cause: () => failed('source', { target: { onStart: full } }),
    ...{ kind: 'resource', retry: 'safe', phase: 'starting', ...SOURCE },
  },
  {
    code: 'XFR_FAILED',
    when: 'a source throws what is no error of ours',
    cause: () =>
      failed('source', {
        source: { onChunk: () => Promise.reject(new TypeError('x is undefined')) },
      }),
    ...{ kind: 'failure', retry: 'after-fix', phase: 'precopy', ...SOURCE },
  },
  {
    code: 'XFR_RESUME_FAILED',
    when: 'the target fails, and then the source cannot resume',
    cause: () => failed('source', { target: { onRestored: full }, source: { onResume: full } }),
    ...{ kind: 'failure', retry: 'after-fix', phase: 'finishing', side: 'source' },
    guest: 'suspended on the source',
  },
  {
    code: 'XFR_DIGEST',
    when: 'the image is not what was sent',
    cause: () => fromRawSource([hello, EOS_OF_ANOTHER]),
    ...{ kind: 'corrupt', retry: 'safe', phase: 'receiving', ...TARGET },
  },
  {
    code: 'XFR_EPOCH',
    when: 'GO comes for another attempt',
    cause: () => fromRawSource([hello, eos, frame('GO', { id: ID, epoch: 2 })]),
    ...{ kind: 'peer', retry: 'safe', phase: 'receiving', ...TARGET },
  },
  {
    code: 'XFR_LEASE_EXPIRED',
    when: 'the source is lost behind READY, and does not come back',
    cause: () =>
      fromSilentSource(async (peer) => (await peer.say(PREAMBLE, hello, eos).heard('"epoch":1}')).hangUp(), {
        waitingForGo: new WaitingForGo(),
        timeouts: { leaseMs: 20 },
      }),
    ...{ kind: 'timeout', retry: 'safe', phase: 'receiving', ...TARGET },
  },
  {
    code: 'XFR_UNCERTAIN',
    when: 'the target is lost behind GO',
    cause: () => afterGo(undefined),
    ...{ kind: 'uncertain', retry: 'unsafe', phase: 'starting', side: 'source' },
    guest: 'suspended on the source, perhaps running on the target',
  },
  {
    code: 'XFR_TWO_RUNNING',
    when: 'another toolstack resumes the guest on the source when it has been moved already',
    cause: () =>
      failed('source', {
        source: { onConfirm: (guest, count) => void (guest.state = count === 1 ? guest.state : 'running') },
      }),
    ...{ kind: 'uncertain', retry: 'unsafe', phase: 'starting', side: 'source' },
    guest: 'running on the target, and not suspended on the source',
  },
  {
    code: 'XFR_PENDING',
    when: 'the target does not know yet; it is the cause of being uncertain',
    cause: async () => (await afterGo(frame('PENDING', {}))).cause as VmToolsError,
    ...{ kind: 'peer', retry: 'safe', side: 'source' },
  },
  {
    code: 'XFR_CONNECTION_LOST',
    when: 'the target hangs up',
    cause: () => toRawTarget((peer) => peer.say(PREAMBLE).hangUp()),
    ...{ kind: 'peer', retry: 'safe', phase: 'reserving', ...SOURCE },
  },
  {
    code: 'XFR_PEER_SILENT',
    when: 'the target says nothing',
    cause: () => toRawTarget((peer) => peer.say(PREAMBLE), { timeouts: { inactivityMs: 50 } }),
    ...{ kind: 'timeout', retry: 'safe', phase: 'reserving', ...SOURCE },
  },
  {
    code: 'XFR_PEER_SLOW',
    when: 'the source sends a byte now and then',
    cause: async () => {
      let drip: NodeJS.Timeout | undefined;
      const error = await fromSilentSource(
        (peer) => {
          peer.say(PREAMBLE, hello);
          drip = setInterval(() => peer.say(frame('DATA', Buffer.alloc(1))), 10);
        },
        { timeouts: { answerMs: 100 } },
      );
      clearInterval(drip);
      return error;
    },
    ...{ kind: 'timeout', retry: 'safe', phase: 'receiving', ...TARGET },
  },
  {
    code: 'XFR_PROTOCOL',
    when: 'the target says what it may not',
    cause: () => toRawTarget((peer) => peer.say(PREAMBLE, frame('DATA', Buffer.from('x')))),
    ...{ kind: 'peer', retry: 'after-fix', phase: 'reserving', ...SOURCE },
  },
  {
    code: 'XFR_PROTOCOL_MAGIC',
    when: 'a web server answers',
    cause: () => toRawTarget((peer) => peer.say(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'))),
    ...{ kind: 'peer', retry: 'after-fix', phase: 'connecting', ...SOURCE },
  },
  {
    code: 'XFR_PROTOCOL_OLDER',
    when: 'the target speaks an older version',
    cause: () => toRawTarget((peer) => peer.say(encodePreamble({ oldest: 1, newest: 1 }))),
    ...{ kind: 'peer', retry: 'after-fix', phase: 'connecting', ...SOURCE },
  },
  {
    code: 'XFR_PROTOCOL_NEWER',
    when: 'the source speaks a later version',
    cause: () => fromSilentSource((peer) => peer.say(encodePreamble({ oldest: 90, newest: 91 }))),
    ...{ kind: 'peer', retry: 'after-fix', phase: 'connecting', ...TARGET },
  },
  {
    code: 'XFR_UNREACHABLE',
    when: 'no process listens there',
    cause: () => rejection(sendToPeer(new FakeSource(), parseEndpoint('127.0.0.1:1'))),
    ...{ kind: 'peer', retry: 'safe', phase: 'connecting', ...SOURCE },
  },
  {
    code: 'XFR_BUSY',
    when: 'all places of a listener are taken',
    cause: async () => {
      let error: VmToolsError | undefined;
      const onEvent = (event: ListenEvent): void => {
        if (event.type === 'failed') error = event.error;
      };
      await using listener = await listen({
        port: 0,
        maxConcurrent: 0,
        makeTarget: () => new FakeTarget(),
        onEvent,
      });
      await rejection(sendToPeer(new FakeSource(), parseEndpoint(listener.address)));
      await listener.close();
      return error as VmToolsError;
    },
    ...{ kind: 'resource', retry: 'safe', phase: 'reserving', ...TARGET },
  },
  {
    code: 'XFR_CHECK_LATE',
    when: 'the target does not come to the end of a check',
    cause: () =>
      fromRawSource([frame('CHECK', { id: ID, offer: OFFER })], {
        timeouts: { answerMs: 20 },
        check: () => new Promise(() => undefined),
      }),
    ...{ kind: 'timeout', retry: 'safe', side: 'target', phase: 'connecting' },
  },
  {
    code: 'XFR_WHERE_UNKNOWN',
    when: 'a receiver that knows nothing of its host is asked for a guest',
    cause: () => fromRawSource([frame('WHERE', { name: OFFER.name })]),
    ...{ kind: 'peer', retry: 'after-fix', side: 'target', phase: 'connecting' },
  },
  {
    code: 'INTERRUPTED',
    when: 'the signal fires',
    cause: () => {
      const abort = new AbortController();
      return failed('source', {
        source: { onChunk: () => abort.abort() },
        send: { signal: abort.signal, timeouts: { lingerMs: 20 } },
      });
    },
    ...{ kind: 'aborted-safe', retry: 'safe', phase: 'precopy', ...SOURCE },
  },
  {
    code: 'XFR_CANCELLED',
    when: 'the caller cancels it',
    cause: async () => {
      const link = (await LINKS['memory']?.()) as Link;
      const transfer = startTransfer(new FakeSource(), link.source, { timeouts: { lingerMs: 20 } });
      transfer.cancel('the user does not want it any more');
      return rejection(transfer.result);
    },
    ...{ kind: 'aborted-safe', retry: 'safe', phase: 'connecting', ...SOURCE },
  },
  {
    code: 'XFR_TOO_LATE',
    when: 'the caller cancels what has ended',
    cause: async () => {
      const transfer = startTransfer(new FakeSource(), parseEndpoint('127.0.0.1:1'));
      await transfer.result.catch(() => undefined);
      return thrownBy(() => transfer.cancel());
    },
    ...{ kind: 'failure', retry: 'after-fix' },
  },
  {
    code: 'XFR_NOT_HERE',
    when: 'a budget is set where there is none',
    cause: async () => {
      const transfer = startTransfer(new FakeSource(), parseEndpoint('127.0.0.1:1'));
      const error = await thrownBy(() => transfer.change({ maxDowntimeMs: 5 }));
      await transfer.result.catch(() => undefined);
      return error;
    },
    ...{ kind: 'usage', retry: 'after-fix' },
  },
  {
    code: 'XFR_NOT_PACED',
    when: 'a rate is set of an image that was begun without one',
    cause: async () => {
      const folder = await mkdtemp(join(tmpdir(), 'xfr-errors-'));
      const saving = startSaving(new FakeSource(), join(folder, 'web1.img'), { afterwards: 'destroy' });
      const error = await thrownBy(() => saving.setRate(1));
      await saving.result;
      await rm(folder, { recursive: true });
      return error;
    },
    ...{ kind: 'usage', retry: 'after-fix' },
  },
];
