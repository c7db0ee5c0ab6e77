import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { createLimiter } from '@vm-tools/ratelimit';
import { patient } from '@vm-tools/ratelimit/testing';
import { listTransfers } from '../journal/known-transfer.ts';
import { memoryJournals } from '../journal/open-journals.ts';
import { reconnectPeer } from '../recovery/reconnect-peer.ts';
import { resolveTransfer } from '../recovery/resolve-transfer.ts';
import { imageDigest } from '../testing/image-bytes.ts';
import { FakeSource, type FakeSourceInit } from '../testing/fake-source.ts';
import { sendToXl } from './send-to-xl.ts';
import { FakeXl, type FakeXlInit } from './testing/fake-xl.ts';

function world(init: Omit<FakeXlInit, 'bytes'> = {}, guest: FakeSourceInit = {}) {
  const source = new FakeSource(guest);
  const xl = new FakeXl({ bytes: source.bytes, ...init });
  const journals = memoryJournals();
  const send = (options: object = {}) =>
    sendToXl(source, () => Promise.resolve(xl.connection), {
      address: 'xl+ssh://b',
      journals,
      timeouts: { answerMs: patient(20_000) },
      ...options,
    });
  return { source, xl, journals, send };
}

test('the guest goes to xl byte for byte, and is gone here', async () => {
  const { source, xl, journals, send } = world();
  const events: { readonly type: string }[] = [];
  const onEvent = (event: { readonly type: string }): void => void events.push(event);
  const summary = await send({ limiter: createLimiter({ rate: 100e6 }), onEvent });
  await xl.ended;
  expect(summary).toMatchObject({ transferred: source.bytes, zeroBytes: 0, warnings: [] });
  expect(summary.downtimeMs).toBeGreaterThanOrEqual(0);
  const sent = createHash('sha256').update(Buffer.concat(xl.image)).digest('hex');
  expect(sent).toBe(imageDigest(source.chunks, source.bytes / source.chunks));
  expect(xl.heard).toEqual(['domain is yours, you are cleared to unpause\0']);
  expect(source.state).toBe('destroyed');
  expect(events.map(({ type }) => type)).toContain('progress');
  expect((await listTransfers(journals)).transfers).toMatchObject([
    { role: 'source', state: 'moved', peer: 'xl+ssh://b' },
  ]);
});

test.each(['banner', 'image', 'ready'] as const)(
  'xl that hangs up before %s leaves the guest running here, with its last words in the error',
  async (hangsUpBefore) => {
    const { source, journals, send } = world({ hangsUpBefore });
    await expect(send()).rejects.toMatchObject({
      code: 'XFR_XL_HUNG_UP',
      kind: 'peer',
      message: expect.stringContaining('libxl: error: no room'),
      log: ['libxl: error: no room'],
      guest: { name: 'web1', state: 'still running on the source' },
    });
    expect(source.state).toBe('running');
    expect((await listTransfers(journals)).transfers).toEqual([]);
  },
);

test('what is not xl is no peer', async () => {
  const { source, send } = world({
    banner: 'Welcome to b!\nxl migration receiver ready, send binary domain data.\n',
  });
  await expect(send()).rejects.toMatchObject({
    code: 'XFR_PROTOCOL',
    kind: 'peer',
    message: expect.stringContaining('it said "W"'),
  });
  expect(source.state).toBe('running');
});

test.each(['banner', 'ready'] as const)('xl that is silent before %s is not waited for', async (silent) => {
  const { source, send } = world({ fallsSilentBefore: silent });
  await expect(send({ timeouts: { answerMs: patient(50) } })).rejects.toMatchObject({
    code: 'XFR_PEER_SILENT',
    kind: 'timeout',
  });
  expect(source.state).toBe('running');
});

test('an abort while the image is sent leaves it here', async () => {
  const abort = new AbortController();
  const onChunk = (index: number): void => {
    if (index === 7) abort.abort();
  };
  const { source, send } = world({}, { onChunk });
  await expect(send({ signal: abort.signal })).rejects.toMatchObject({
    code: 'INTERRUPTED',
    kind: 'aborted-safe',
  });
  expect(source.state).toBe('running');
});

test('a guest that another toolstack has meanwhile is not given away', async () => {
  const { source, xl, send } = world(
    {},
    {
      onConfirm: (guest) => {
        guest.state = 'running';
      },
    },
  );
  await expect(send()).rejects.toMatchObject({ code: 'GUEST_CHANGED' });
  expect(source.state).toBe('running');
  await xl.ended;
  expect(xl.heard).toEqual([]);
});

test('a start that fails there brings it back', async () => {
  const { source, journals, send } = world({ status: 3 });
  await expect(send()).rejects.toMatchObject({
    code: 'XFR_XL_START_FAILED',
    log: ['libxl: error: no room'],
    kind: 'peer',
    details: { status: 3 },
    guest: { state: 'still running on the source' },
  });
  expect(source.state).toBe('running');
  expect(source.calls).toContain('resume');
  expect((await listTransfers(journals)).transfers).toMatchObject([{ state: 'kept' }]);
});

test.each([
  ['report', 'there'],
  ['status', 'here'],
  ['gone', 'here'],
] as const)('without an end before %s it is for the operator to say: %s', async (hangsUpBefore, owner) => {
  const { source, journals, send } = world({ hangsUpBefore, status: hangsUpBefore === 'gone' ? 3 : 0 });
  const failed = await send().then(
    () => undefined,
    (thrown: unknown) => thrown as { details: { id: string } },
  );
  expect(failed).toMatchObject({
    code: 'XFR_UNCERTAIN',
    kind: 'uncertain',
    hint: expect.stringContaining('--owner there'),
    guest: { state: 'suspended on the source, perhaps running on the target' },
  });
  expect(source.state).toBe('suspended');
  const done: string[] = [];
  const finder = {
    findSource: async () => ({
      confirm: () => Promise.resolve(),
      resume: async () => void done.push('resume'),
      destroy: async () => void done.push('destroy'),
    }),
    findTarget: () => Promise.resolve(undefined),
  };
  const tls = (): never => {
    throw new Error('not asked');
  };
  const timeouts = { handshakeMs: 5, confirmMs: 5, retryMs: 1 };
  const options = { journals, finder, timeouts, reconnect: reconnectPeer({ tls }) };
  const { id } = failed!.details;
  await expect(resolveTransfer(id, options)).rejects.toMatchObject({
    code: 'XFR_UNCERTAIN',
    cause: { message: expect.stringContaining('has only xl') },
  });
  await resolveTransfer(id, { ...options, owner });
  expect(done).toEqual([owner === 'there' ? 'destroy' : 'resume']);
});
