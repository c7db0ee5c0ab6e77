import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import { ManualClock } from '@vm-tools/ratelimit';
import { stepName, type OnStep } from '../src/commit/step.ts';
import { memoryJournals } from '../src/journal/open-journals.ts';
import { listen } from '../src/listener/listen.ts';
import type { ListenOptions } from '../src/listener/options.ts';
import { sendToPeer, type SendOptions } from '../src/source/send.ts';
import { receiveFromPeer } from '../src/target/receive.ts';
import { FakeSource } from '../src/testing/fake-source.ts';
import { FakeTarget, type FakeTargetInit } from '../src/testing/fake-target.ts';
import { LINKS, type Link } from '../src/testing/links.ts';
import type { Endpoint } from '../src/transport/endpoint.ts';

const TIMEOUTS = { lingerMs: 20, retryMs: 5, confirmMs: 20_000, leaseMs: 20_000 };

/** A listener, and a way to it on which all connections can be cut. */
async function hosts(options: Partial<ListenOptions> = {}, init: FakeTargetInit = {}) {
  const journals = memoryJournals();
  const targets: FakeTarget[] = [];
  const makeTarget = (): FakeTarget => {
    targets.push(new FakeTarget(init));
    return targets.at(-1)!;
  };
  const listener = await listen({ port: 0, journals, timeouts: TIMEOUTS, makeTarget, ...options });
  const sockets = new Set<{ destroy(): unknown }>();
  let isDown = false;
  const wire = createServer((near) => {
    if (isDown) return void near.destroy();
    const far = connect(listener.port, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket.on('error', () => undefined));
      socket.on('close', () => [near, far].forEach((other) => other.destroy()));
    }
    near.pipe(far).pipe(near);
  }).listen(0, '127.0.0.1');
  await once(wire, 'listening');
  const { port } = wire.address() as { port: number };
  return {
    journals,
    targets,
    endpoint: { transport: 'tcp', host: '127.0.0.1', port } satisfies Endpoint,
    cut: (forGood = false): void => {
      isDown = forGood;
      for (const socket of sockets) socket.destroy();
    },
    async [Symbol.asyncDispose]() {
      wire.close();
      for (const socket of sockets) socket.destroy();
      await listener.close();
    },
  };
}

/** Does it when this point is reached for the first time. */
function at(point: string, run: () => void): OnStep {
  let isDone = false;
  return (step) => {
    if (isDone || stepName(step) !== point) return;
    isDone = true;
    run();
  };
}

const states = async (journals: ReturnType<typeof memoryJournals>): Promise<readonly string[]> =>
  (await journals.list()).records.map(({ state }) => state);

describe('a link that breaks', () => {
  test.each([
    'source after journal committed',
    'source after send GO',
    'target after journal owner',
    'target after guest start',
    'target after journal running',
  ])('%s is made again, and the guest is moved', async (point) => {
    await using there = await hosts({ onStep: (step) => onStep(step) });
    const onStep = at(point, () => there.cut());
    const [source, journals] = [new FakeSource(), memoryJournals()];
    const summary = await sendToPeer(source, there.endpoint, { journals, timeouts: TIMEOUTS, onStep });
    expect(summary).toMatchObject({ domid: 7 });
    expect([source.state, there.targets.map(({ state }) => state)]).toEqual(['destroyed', ['running']]);
    expect(await states(journals)).toEqual(['moved']);
  });

  test('before "committed" leaves the guest where it was, and the target gives up when its lease is over', async () => {
    const clock = new ManualClock();
    await using there = await hosts({ clock, onStep: (step) => onStep(step) });
    const onStep = at('target before send READY', () => there.cut());
    const source = new FakeSource();
    const error = await sendToPeer(source, there.endpoint, { timeouts: TIMEOUTS }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({
      code: 'XFR_CONNECTION_LOST',
      guest: { state: 'still running on the source' },
    });
    while (clock.untilNext === undefined) await clock.advance(0);
    await clock.advance(TIMEOUTS.leaseMs - 1);
    expect([there.targets[0]?.state, await states(there.journals)]).toEqual(['paused', ['ready']]);
    await clock.advance(1);
    while (there.targets[0]?.state !== 'abandoned') await clock.advance(0);
    while ((await states(there.journals))[0] !== 'cleared') await clock.advance(0);
    expect((await there.journals.list()).records[0]?.entries.at(-2)).toMatchObject({
      state: 'fenced',
      error: { code: 'XFR_LEASE_EXPIRED', message: expect.stringContaining('did not come back in 20000 ms') },
    });
  });

  test('for good is asked over until the time is over, with pauses that grow, and is uncertain then', async () => {
    const clock = new ManualClock();
    await using there = await hosts({ timeouts: { ...TIMEOUTS, leaseMs: 10 } });
    const tries: number[] = [];
    const journals = memoryJournals();
    const source = new FakeSource();
    const options: SendOptions = {
      journals,
      clock,
      timeouts: { ...TIMEOUTS, retryMs: 500, confirmMs: 30_000 },
      onStep: at('source after journal committed', () => there.cut(true)),
      reconnect: async () => {
        tries.push(clock.now());
        throw new VmToolsError({ code: 'XFR_UNREACHABLE', kind: 'peer', message: 'no route to host' });
      },
    };
    const sent = sendToPeer(source, there.endpoint, options).catch((thrown: unknown) => thrown);
    let isOver = false;
    void sent.then(() => (isOver = true));
    while (!isOver) await clock.advance(tries.length === 0 ? 0 : (clock.untilNext ?? 0));
    const error = await sent;
    const [record] = (await journals.list()).records;
    expect(error).toMatchObject({
      code: 'XFR_UNCERTAIN',
      kind: 'uncertain',
      hint: expect.stringContaining(`vm-migrate resolve ${record?.id}`),
      details: { id: record?.id, latest: { code: 'XFR_UNREACHABLE' } },
      cause: { code: 'XFR_CONNECTION_LOST' },
    });
    expect(tries).toEqual([0, 500, 1500, 3500, 7500, 15_500, 25_500]);
    expect([source.state, record?.state]).toEqual(['suspended', 'committed']);
  });

  test('and a user who does not want to wait: the asking stops, and the guest stays suspended', async () => {
    await using there = await hosts({ timeouts: { ...TIMEOUTS, leaseMs: 10 } });
    const abort = new AbortController();
    const source = new FakeSource();
    const sent = sendToPeer(source, there.endpoint, {
      signal: abort.signal,
      timeouts: TIMEOUTS,
      onStep: at('source after journal committed', () => there.cut(true)),
      reconnect: () => {
        abort.abort();
        return Promise.reject(new Error('no'));
      },
    });
    await expect(sent).rejects.toMatchObject({ code: 'XFR_UNCERTAIN' });
    expect(source.state).toBe('suspended');
  });
});

test('both ends count one attempt more than either has had', async () => {
  const [ours, theirs] = [memoryJournals(), memoryJournals()];
  const uuid = new FakeSource().offer.uuid;
  {
    await using journal = await theirs.begin({
      id: 'a'.repeat(32),
      role: 'target',
      guest: { name: 'web1', uuid },
      peer: 'x',
      epoch: 6,
    });
    for (const state of ['fenced', 'cleared'] as const) await journal.append({ state, epoch: 6 });
  }
  const link = (await LINKS['memory']?.()) as Link;
  await Promise.all([
    sendToPeer(new FakeSource(), link.source, { timeouts: TIMEOUTS, journals: ours }),
    receiveFromPeer(link.target, () => new FakeTarget(), { timeouts: TIMEOUTS, journals: theirs }),
  ]);
  const epochs = async (journals: typeof ours) => (await journals.list()).records.map(({ epoch }) => epoch);
  expect([await epochs(ours), await epochs(theirs)]).toEqual([[7], [6, 7]]);
});

test('a guest of which an earlier transfer is in doubt is not sent again, nor taken', async () => {
  const uuid = new FakeSource().offer.uuid;
  const begin = { id: 'a'.repeat(32), guest: { name: 'web1', uuid }, peer: 'x' };
  for (const role of ['source', 'target'] as const) {
    const journals = memoryJournals();
    await (await journals.begin({ ...begin, role }))[Symbol.asyncDispose]();
    const link = (await LINKS['memory']?.()) as Link;
    const [source, target] = [new FakeSource(), new FakeTarget()];
    const [sent] = await Promise.allSettled([
      sendToPeer(source, link.source, { timeouts: TIMEOUTS, ...(role === 'source' ? { journals } : {}) }),
      receiveFromPeer(link.target, () => target, {
        timeouts: TIMEOUTS,
        ...(role === 'target' ? { journals } : {}),
      }),
    ]);
    expect(sent).toMatchObject({
      reason:
        role === 'source'
          ? { code: 'XFR_UNRESOLVED', guest: { state: 'runs here, or is suspended here to be sent' } }
          : { code: 'XFR_PEER_REJECTED', details: { remoteCode: 'XFR_UNRESOLVED' } },
    });
    expect([source.state, target.state]).toEqual(['running', 'nothing']);
  }
});

test('a journal that cannot be written stops the transfer before anything has happened, or after it is known', async () => {
  const failAt = (point: string): OnStep =>
    at(point, () => {
      throw new VmToolsError({ code: 'XFR_JOURNAL_IO', message: 'the disk is gone' });
    });
  const run = async (point: string) => {
    const link = (await LINKS['memory']?.()) as Link;
    const [source, target] = [new FakeSource(), new FakeTarget()];
    const [sent, received] = await Promise.allSettled([
      sendToPeer(source, link.source, { timeouts: TIMEOUTS, onStep: failAt(point) }),
      receiveFromPeer(link.target, () => target, { timeouts: TIMEOUTS, onStep: failAt(point) }),
    ]);
    return { sent, received, states: [source.state, target.state] };
  };
  for (const point of [
    'source before journal offered',
    'source before journal committed',
    'target before journal ready',
  ]) {
    const { sent, states: ends } = await run(point);
    expect(sent).toMatchObject({ reason: { guest: { state: 'still running on the source' } } });
    expect(ends[0]).toBe('running');
  }
  const owner = await run('target before journal owner');
  expect([owner.sent.status, owner.states]).toEqual(['rejected', ['running', 'abandoned']]);
  const running = await run('target before journal running');
  expect(running).toMatchObject({
    states: ['destroyed', 'running'],
    received: { value: { warnings: [{ code: 'XFR_W_JOURNAL' }] } },
  });
  const confirmed = await run('source before journal confirmed');
  expect(confirmed).toMatchObject({
    states: ['suspended', 'running'],
    sent: { value: { warnings: [{ code: 'XFR_W_LEFTOVER' }] } },
  });
});
