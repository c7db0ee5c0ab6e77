import { duplexPair } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import { stepName, type OnStep } from '../commit/step.ts';
import type { Journals } from '../journal/journals.ts';
import { memoryJournals } from '../journal/open-journals.ts';
import type { Connection } from '../protocol/connection.ts';
import { sendToPeer } from '../source/send.ts';
import { receiveFromPeer, type ReceiveOptions } from '../target/receive.ts';
import { WaitingForGo } from '../target/waiting-for-go.ts';
import { FakeSource } from '../testing/fake-source.ts';
import { FakeTarget } from '../testing/fake-target.ts';
import { frame, PREAMBLE, RawPeer } from '../testing/raw-peer.ts';
import { askPeer } from './ask-peer.ts';

const TIMEOUTS = { lingerMs: 20, retryMs: 1, confirmMs: 60_000, leaseMs: 60_000 };

/** A connection between one that is known there under this name, and a host; as `who` it knows the host. */
function connected(as: string | undefined, who?: string): [Connection, Connection] {
  const [near, far] = duplexPair();
  for (const [one, other] of [
    [near, far],
    [far, near],
  ] as const) {
    one.on('error', () => undefined).on('close', () => other.destroy());
  }
  return [
    { stream: near, peer: 'the host', isConfidential: true, ...(who === undefined ? {} : { who }) },
    { stream: far, peer: 'the caller', isConfidential: true, ...(as === undefined ? {} : { who: as }) },
  ];
}

/** A host that receives, and the guest that waits there for GO because its source has lost it. */
async function waiting(by: string | undefined) {
  const host: ReceiveOptions & { readonly journals: Journals } = {
    journals: memoryJournals(),
    waitingForGo: new WaitingForGo(),
    timeouts: TIMEOUTS,
  };
  const target = new FakeTarget();
  const serve = (connection: Connection, more: ReceiveOptions = {}): Promise<unknown> =>
    receiveFromPeer(connection, () => target, { ...host, ...more }).catch((thrown: unknown) => thrown);
  const [near, far] = connected(by);
  const isReady = Promise.withResolvers<undefined>();
  const cutAtReady: OnStep = (step) => {
    if (stepName(step) !== 'target after send READY') return;
    near.stream.destroy();
    isReady.resolve(undefined);
  };
  const source = new FakeSource();
  const sent = sendToPeer(source, near, { timeouts: TIMEOUTS }).catch((thrown: unknown) => thrown);
  const received = serve(far, { onStep: cutAtReady });
  await isReady.promise;
  await sent;
  const { records } = await host.journals.list();
  const { id, epoch } = records[0]!;
  const ask = async (as: string | undefined, what: 'GO' | 'STATUS', answer: string): Promise<void> => {
    const [caller, callee] = connected(as);
    const served = serve(callee);
    const peer = new RawPeer(caller.stream);
    await peer.say(PREAMBLE, frame(what, { id, epoch })).heard(answer);
    peer.hangUp();
    await served;
  };
  return { ask, target, id, epoch, received, serve, journals: host.journals };
}

const UNKNOWN = frame('UNKNOWN').toString('latin1');
const PENDING = frame('PENDING').toString('latin1');

describe('a guest that waits for GO', () => {
  test('is started for the peer that brought it, and for no other, whatever that one knows', async () => {
    const { ask, target, received } = await waiting('a');
    for (const stranger of ['c', undefined]) await ask(stranger, 'GO', UNKNOWN);
    for (const stranger of ['c', undefined]) await ask(stranger, 'STATUS', UNKNOWN);
    await ask('a', 'STATUS', PENDING);
    expect(target.state).toBe('paused');
    await ask('a', 'GO', '"domid":7');
    await received;
    expect(target.state).toBe('running');
  });

  test('that came from a peer without an identity is not started for a peer with one', async () => {
    const { ask, target, received } = await waiting(undefined);
    await ask('c', 'GO', PENDING); // no journal names its peer
    expect(target.state).toBe('paused');
    await ask(undefined, 'GO', '"domid":7');
    await received;
    expect(target.state).toBe('running');
  });

  test('is not started by a GO of another attempt', async () => {
    const { id, epoch, serve, target, received, ask } = await waiting('a');
    const [caller, callee] = connected('a');
    const served = serve(callee);
    const peer = new RawPeer(caller.stream);
    await peer.say(PREAMBLE, frame('GO', { id, epoch: epoch + 1 })).heard(UNKNOWN);
    peer.hangUp();
    await served;
    expect(target.state).toBe('paused');
    await ask('a', 'GO', '"domid":7');
    await received;
  });
});

test('only the peer of a transfer ends its journal', async () => {
  const { ask, id, epoch, serve, journals, received } = await waiting('a');
  await ask('a', 'GO', '"domid":7');
  await received;
  const bye = async (as: string): Promise<string | undefined> => {
    const [caller, callee] = connected(as);
    const served = serve(callee);
    const peer = new RawPeer(caller.stream);
    await peer.say(PREAMBLE, frame('STATUS', { id, epoch })).heard(as === 'a' ? '"domid":7' : UNKNOWN);
    peer.say(frame('BYE'));
    await served;
    return (await journals.read(id))?.state;
  };
  expect(await bye('c')).toBe('running');
  expect(await bye('a')).toBe('settled');
});

describe('what another host says', () => {
  test('about a guest that was sent counts for nothing: the peer is asked until it answers itself', async () => {
    const [near, far] = connected('a', 'b');
    const target = new FakeTarget();
    const theirs = { journals: memoryJournals(), waitingForGo: new WaitingForGo(), timeouts: TIMEOUTS };
    const cut: OnStep = (step) => {
      if (stepName(step) === 'target before send RUNNING') near.stream.destroy();
    };
    const received = receiveFromPeer(far, () => target, { ...theirs, onStep: cut });
    let calls = 0;
    const source = new FakeSource();
    const sent = sendToPeer(source, near, {
      timeouts: TIMEOUTS,
      reconnect: async () => {
        calls += 1;
        const [caller, callee] = connected('a', calls === 1 ? 'c' : 'b');
        if (calls === 1) {
          // It would give the guest back, and two would run.
          new RawPeer(callee.stream).say(PREAMBLE, frame('FENCED', { tried: true }));
        } else void receiveFromPeer(callee, () => target, theirs).catch(() => undefined);
        return caller;
      },
    });
    await Promise.all([sent, received]);
    expect([calls, source.state, target.state]).toEqual([2, 'destroyed', 'running']);
  });

  test.each([
    ['another', 'c', 'with b, and c answers at the host'],
    ['a peer without a name', undefined, 'with b, and an unknown peer answers at the host'],
  ])('is not asked for: %s', async (_, who, message) => {
    const [caller, callee] = connected('a', who);
    callee.stream.resume();
    const asked = askPeer(caller, { id: 'a'.repeat(32), epoch: 1, who: 'b' });
    await expect(asked).rejects.toMatchObject({
      code: 'XFR_OTHER_PEER',
      kind: 'peer',
      retry: 'safe',
      message: expect.stringContaining(message),
    });
  });
});

describe('a refusal says nothing of others', () => {
  test.each([
    ['XFR_UNRESOLVED', { id: 'f'.repeat(32), name: 'secret' }, false],
    ['XFR_GUEST_BUSY', { id: 'f'.repeat(32), name: 'secret' }, true],
  ])('%s', async (code, { id, name }, isHeld) => {
    const journals = memoryJournals();
    const { uuid } = new FakeSource().offer;
    const start = {
      id,
      role: 'target',
      guest: { name, uuid },
      peer: 'tls://secret:1',
      who: 'secret',
    } as const;
    const journal = await journals.begin(start);
    if (!isHeld) await journal[Symbol.asyncDispose]();
    const [near, far] = connected('a');
    const log: VmToolsError[] = [];
    const [sent] = await Promise.allSettled([
      sendToPeer(new FakeSource(), near, { timeouts: TIMEOUTS }),
      receiveFromPeer(far, () => new FakeTarget(), { journals, timeouts: TIMEOUTS }).catch(
        (thrown: unknown) => log.push(thrown as VmToolsError),
      ),
    ]);
    const reason: unknown = sent.status === 'rejected' ? sent.reason : undefined;
    expect(reason).toMatchObject({ code: 'XFR_PEER_REJECTED', details: { remoteCode: code } });
    expect(JSON.stringify((reason as VmToolsError).toJSON())).not.toMatch(/secret|ffffffff/);
    expect(log).toMatchObject([{ code }]);
    if (isHeld) await journal[Symbol.asyncDispose]();
  });
});
