import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import { patient } from '@vm-tools/ratelimit/testing';
import type { TransferEvent, TransferSummary } from '../src/events.ts';
import { sendToPeer, type SendOptions } from '../src/source/send.ts';
import { receiveFromPeer, type ReceiveOptions } from '../src/target/receive.ts';
import { FakeSource, type FakeSourceInit } from '../src/testing/fake-source.ts';
import { FakeTarget, type FakeTargetInit } from '../src/testing/fake-target.ts';
import { imageDigest } from '../src/testing/image-bytes.ts';
import { LINKS, type Link } from '../src/testing/links.ts';

interface Outcome {
  readonly source: FakeSource;
  readonly target: FakeTarget;
  readonly sent: TransferSummary | VmToolsError;
  readonly received: TransferSummary | VmToolsError;
  readonly events: readonly TransferEvent[];
  readonly link: Link;
}

interface Setup {
  readonly link: () => Promise<Link>;
  readonly source?: (link: Link) => FakeSourceInit;
  readonly target?: (link: Link) => FakeTargetInit;
  readonly send?: SendOptions;
  readonly receive?: ReceiveOptions;
}

const ended = (promise: Promise<TransferSummary | undefined>): Promise<TransferSummary | VmToolsError> =>
  promise.then(
    (summary) => summary!,
    (thrown: unknown) => {
      expect(thrown).toBeInstanceOf(VmToolsError);
      return thrown as VmToolsError;
    },
  );

/** A whole transfer, both ends of it, however it ends; afterwards nothing may be left open. */
async function transfer(setup: Setup): Promise<Outcome> {
  const link = await setup.link();
  const source = new FakeSource(setup.source?.(link));
  const target = new FakeTarget(setup.target?.(link));
  const events: TransferEvent[] = [];
  const onEvent = (event: TransferEvent): void => void events.push(event);
  const timeouts = { lingerMs: patient(5_000) };
  const [sent, received] = await Promise.all([
    ended(sendToPeer(source, link.source, { timeouts, onEvent, ...setup.send })),
    ended(receiveFromPeer(link.target, () => target, { timeouts, ...setup.receive })),
  ]);
  expect([link.source.stream.destroyed, link.target.stream.destroyed]).toEqual([true, true]);
  return { source, target, sent, received, events, link };
}

const full = (): never => {
  throw new VmToolsError({
    code: 'DOMAIN_NO_MEMORY',
    kind: 'resource',
    message: '4 GiB are needed, 3 GiB are free',
    hint: 'free some',
    log: ['xc: error: no memory'],
  });
};

const STILL_RUNNING = { name: 'web1', state: 'still running on the source' };

describe.each(Object.entries(LINKS))('a transfer over %s', (_name, link) => {
  test('moves every byte, starts the target, then destroys the source', async () => {
    const { source, target, sent, received, events } = await transfer({ link });
    expect([source.state, target.state]).toEqual(['destroyed', 'running']);
    expect(source.calls).toEqual(['describe', 'save', 'destroy']);
    expect(target.calls).toEqual(['reserve', 'restore', 'start']);
    expect(JSON.parse(JSON.stringify(target.offer))).toEqual(source.offer);
    expect(target.sha256).toBe(imageDigest(20, 50_000));
    const summary = { transferred: 1_000_000, total: 1_000_000, domid: 7, warnings: [] };
    expect(sent).toMatchObject({ ...summary, iterations: 2 });
    expect(received).toMatchObject(summary);
    const { downtimeMs, totalTimeMs } = sent as TransferSummary;
    expect(downtimeMs).toBeGreaterThan(0);
    expect(downtimeMs).toBeLessThanOrEqual(totalTimeMs);
    expect(events.flatMap((event) => (event.type === 'phase' ? [event.phase] : []))).toEqual([
      'connecting',
      'reserving',
      'precopy',
      'suspending',
      'stop-and-copy',
      'finishing',
      'starting',
    ]);
    expect(events.at(-1)).toEqual({ type: 'completed', summary: sent });
  });

  test('a target that knows where the image ends need not read the rest', async () => {
    const { source, target, received } = await transfer({ link, target: () => ({ readsBytes: 300_000 }) });
    expect([source.state, target.state]).toEqual(['destroyed', 'running']);
    expect(received).toMatchObject({ transferred: 1_000_000 });
  });

  test.each(['reserve', 'chunk', 'restored'] as const)(
    'a target that fails at %s tells why, and the source runs on',
    async (when) => {
      const hooks: Record<typeof when, FakeTargetInit> = {
        reserve: { onReserve: full },
        chunk: { onChunk: (bytes) => (bytes > 400_000 ? full() : undefined) },
        restored: { onRestored: full },
      };
      const { source, target, sent, received } = await transfer({ link, target: () => hooks[when] });
      expect([source.state, target.state]).toEqual(['running', 'abandoned']);
      expect(sent).toMatchObject({
        code: when === 'reserve' ? 'XFR_PEER_REJECTED' : 'XFR_PEER_ABORTED',
        kind: 'resource',
        message: expect.stringContaining('4 GiB are needed, 3 GiB are free'),
        hint: 'free some',
        side: 'source',
        guest: STILL_RUNNING,
        details: { side: 'target', remoteCode: 'DOMAIN_NO_MEMORY' },
        cause: { code: 'DOMAIN_NO_MEMORY', side: 'target', log: ['xc: error: no memory'] },
      });
      expect(received).toMatchObject({ code: 'DOMAIN_NO_MEMORY', guest: { state: 'never started here' } });
      if (when === 'restored') expect(source.calls).toContain('resume');
    },
  );

  test('a source that cannot save says why, and the target abandons', async () => {
    const source = (): FakeSourceInit => ({ onChunk: (index) => (index === 12 ? full() : undefined) });
    const { source: from, target, sent, received } = await transfer({ link, source });
    expect([from.state, target.state]).toEqual(['running', 'abandoned']);
    expect(from.calls).not.toContain('resume'); // the save has done that itself
    expect(sent).toMatchObject({ code: 'DOMAIN_NO_MEMORY', guest: STILL_RUNNING });
    expect(received).toMatchObject({
      code: 'XFR_PEER_ABORTED',
      kind: 'resource',
      details: { side: 'source', remoteCode: 'DOMAIN_NO_MEMORY' },
    });
  });

  describe.each(['source', 'target'] as const)('an abort at the %s', (side) => {
    const moments = {
      'before all': {},
      reserving: { target: 'onReserve' },
      precopy: { source: 2 },
      'stop-and-copy': { source: 15 },
      restored: { target: 'onRestored' },
    } as const satisfies Record<string, { source?: number; target?: keyof FakeTargetInit }>;

    test.each(Object.entries(moments))('%s: nothing has happened', async (moment, where) => {
      const abort = new AbortController();
      if (moment === 'before all') abort.abort();
      const { signal } = abort;
      const { source, target, sent, received } = await transfer({
        link,
        source: () => ({
          onChunk: (index) => {
            if ('source' in where && index === where.source) abort.abort();
          },
        }),
        target: () => ('target' in where ? { [where.target]: () => abort.abort() } : {}),
        [side === 'source' ? 'send' : 'receive']: { signal, timeouts: { lingerMs: patient(5_000) } },
      });
      expect(source.state).toBe('running');
      expect(['nothing', 'abandoned']).toContain(target.state);
      const [own, other] = side === 'source' ? [sent, received] : [received, sent];
      expect(own).toMatchObject({
        code: 'INTERRUPTED',
        kind: side === 'source' ? 'aborted-safe' : 'interrupted',
      });
      expect((other as VmToolsError).code).toMatch(/^XFR_(PEER_(ABORTED|REJECTED)|CONNECTION_LOST)$/);
      expect((sent as VmToolsError).guest?.state).toBe('still running on the source');
    });

    test('after GO is not heard', async () => {
      const abort = new AbortController();
      const { source, target } = await transfer({
        link,
        target: () => ({ onStart: () => abort.abort() }),
        [side === 'source' ? 'send' : 'receive']: {
          signal: abort.signal,
          timeouts: { lingerMs: patient(5_000) },
        },
      });
      expect([source.state, target.state]).toEqual(['destroyed', 'running']);
    });
  });

  test.each([
    ['reserving', { target: 'onReserve' }],
    ['precopy', { source: 5 }],
    ['stop-and-copy', { source: 15 }],
    ['when it is restored', { target: 'onRestored' }],
  ] as const)('a link that is cut %s leaves the guest at the source', async (_moment, where) => {
    const { source, target, sent, received } = await transfer({
      link,
      source: ({ cut }) => ({
        onChunk: (index) => ('source' in where && index === where.source ? cut() : undefined),
      }),
      target: ({ cut }) => ('target' in where ? { [where.target]: cut } : {}),
    });
    expect([source.state, target.state]).toEqual(['running', 'abandoned']);
    expect(sent).toMatchObject({ code: 'XFR_CONNECTION_LOST', kind: 'peer', guest: STILL_RUNNING });
    expect(received).toMatchObject({ code: 'XFR_CONNECTION_LOST', kind: 'peer' });
  });

  test('what the guest has lost by its move is said on both sides, within limits', async () => {
    const warnings = [...Array.from({ length: 20 }, (_, index) => `lost ${index}`), 'x'.repeat(2000)];
    const { sent, received } = await transfer({ link, target: () => ({ warnings: warnings.toReversed() }) });
    const told = (outcome: typeof sent): string[] =>
      (outcome as TransferSummary).warnings.map(({ code, message }) => `${code} ${message}`);
    expect(told(received)).toEqual(warnings.toReversed().map((message) => `XFR_W_LOST ${message}`));
    const some = ['x'.repeat(1024), ...warnings.slice(5, 20).toReversed()];
    expect(told(sent)).toEqual(some.map((message) => `XFR_W_LOST ${message}`));
  });

  test.each(['onStart', 'onStarted'] as const)('a link that is cut in %s is uncertain', async (hook) => {
    const { source, target, sent, received } = await transfer({
      link,
      target: ({ cut }) => ({ [hook]: cut }),
    });
    expect([source.state, target.state]).toEqual(['suspended', 'running']);
    expect(source.calls).toEqual(['describe', 'save']);
    expect(sent).toMatchObject({
      code: 'XFR_UNCERTAIN',
      kind: 'uncertain',
      guest: { state: 'suspended on the source, perhaps running on the target' },
      cause: { code: 'XFR_CONNECTION_LOST' },
    });
    expect(received).toMatchObject({ domid: 7, warnings: [{ code: 'XFR_W_UNCONFIRMED' }] });
  });

  test('a target that cannot start gives the guest back', async () => {
    const { source, target, sent, received } = await transfer({ link, target: () => ({ onStart: full }) });
    expect([source.state, target.state]).toEqual(['running', 'abandoned']);
    expect(sent).toMatchObject({
      code: 'XFR_TARGET_START_FAILED',
      kind: 'resource',
      guest: STILL_RUNNING,
      cause: { code: 'DOMAIN_NO_MEMORY' },
    });
    expect(received).toMatchObject({
      code: 'DOMAIN_NO_MEMORY',
      guest: { state: 'given back to the source' },
    });
  });

  test('a target that can neither start nor clean up leaves it uncertain', async () => {
    const { source, sent, received } = await transfer({
      link,
      target: () => ({ onStarted: full, onAbandon: full }),
    });
    expect(source.state).toBe('suspended');
    expect(sent).toMatchObject({ kind: 'uncertain', cause: { code: 'XFR_TARGET_START_FAILED' } });
    expect(received).toMatchObject({
      kind: 'uncertain',
      leftovers: [expect.stringContaining('could not be removed')],
    });
  });

  test('a source that cannot be destroyed is a warning', async () => {
    const { sent, target } = await transfer({ link, source: () => ({ onDestroy: full }) });
    expect(target.state).toBe('running');
    expect(sent).toMatchObject({ domid: 7, warnings: [{ code: 'XFR_W_LEFTOVER' }] });
  });

  test('a source that cannot be resumed is told beside the failure', async () => {
    const { source, sent } = await transfer({
      link,
      source: () => ({
        onResume: () => {
          throw new Error('hypercall failed');
        },
      }),
      target: () => ({ onRestored: full }),
    });
    expect(source.state).toBe('suspended');
    expect(sent).toMatchObject({
      code: 'XFR_RESUME_FAILED',
      kind: 'failure',
      message: expect.stringMatching(/3 GiB are free.*hypercall failed/),
      cause: { code: 'XFR_PEER_ABORTED' },
      guest: { state: 'suspended on the source' },
    });
  });
});

test('PING keeps the link alive while one of the two has to wait', async () => {
  const timeouts = { inactivityMs: patient(300), pingMs: 20, lingerMs: patient(5_000) };
  const wait = (): Promise<void> => delay(3 * timeouts.inactivityMs);
  const { sent } = await transfer({
    link: LINKS['memory']!,
    source: () => ({ onChunk: (index) => (index === 10 ? wait() : undefined) }),
    target: () => ({ onReserve: wait, onRestored: wait }),
    send: { timeouts },
    receive: { timeouts },
  });
  expect(sent).toMatchObject({ domid: 7 });
});

test('a listener of events that throws changes nothing', async () => {
  const onEvent = (): never => {
    throw new Error('not my day');
  };
  const { sent } = await transfer({ link: LINKS['memory']!, send: { onEvent }, receive: { onEvent } });
  expect(sent).toMatchObject({ domid: 7 });
});

test('what the save says about the guest is not hidden by the cause', async () => {
  const { sent } = await transfer({
    link: LINKS['memory']!,
    source: ({ cut }) => ({
      onChunk: (index) => {
        if (index < 12) return;
        cut();
        throw new VmToolsError({
          code: 'DOMAIN_RESUME_FAILED',
          message: 'it did not resume',
          guest: { domid: 3, state: 'suspended here' },
          leftovers: ['web1 is suspended'],
        });
      },
    }),
  });
  expect(sent).toMatchObject({
    guest: { name: 'web1', domid: 3, state: 'suspended here' },
    leftovers: ['web1 is suspended'],
  });
});
