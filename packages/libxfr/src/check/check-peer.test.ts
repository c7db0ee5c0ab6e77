import { describe, expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import { patient } from '@vm-tools/ratelimit/testing';
import { memoryJournals } from '../journal/open-journals.ts';
import { listen } from '../listener/listen.ts';
import type { ListenOptions } from '../listener/options.ts';
import type { Check } from '@vm-tools/ports';
import { decodeBody } from '../protocol/messages.ts';
import { encodePreamble } from '../protocol/preamble.ts';
import { Admission } from '../target/admission.ts';
import { receiveFromPeer } from '../target/receive.ts';
import { FakeSource } from '../testing/fake-source.ts';
import { FakeTarget } from '../testing/fake-target.ts';
import { LINKS } from '../testing/links.ts';
import { frame, LATER, PREAMBLE, RawPeer } from '../testing/raw-peer.ts';
import { connectTcp } from '../transport/tcp.ts';
import { checkPeer, type CheckOptions, type PeerCheck } from './check-peer.ts';

const LONG_MS = patient(30_000);
const TIMEOUTS = { lingerMs: patient(5_000), handshakeMs: LONG_MS, connectMs: LONG_MS, answerMs: LONG_MS };
const NO_MEMORY = new VmToolsError({
  code: 'DOMAIN_NO_MEMORY',
  kind: 'resource',
  message: 'it needs more than there is',
  hint: 'free some',
  log: Array.from({ length: 9 }, (_, line) => `line ${line}`),
  cause: new Error('a secret of this host'),
});

const brief = (checks: readonly PeerCheck[]): string[] =>
  checks.map(({ side, name, error }) => `${side} ${name}${error === undefined ? '' : `: ${error.code}`}`);
const PASSED = ['source savable', 'source offer', 'target peer', 'target protocol'];

/** Asks a listener that has such targets. */
async function ask(
  options: Partial<ListenOptions> = {},
  {
    found,
    source = new FakeSource(),
    check = {},
  }: { found?: Check[]; source?: FakeSource; check?: CheckOptions } = {},
) {
  const targets: FakeTarget[] = [];
  const makeTarget = (): FakeTarget => {
    targets.push(new FakeTarget(found === undefined ? {} : { checks: found }));
    return targets.at(-1)!;
  };
  await using listener = await listen({ port: 0, timeouts: TIMEOUTS, makeTarget, ...options });
  const { port } = listener;
  const connect = (signal: AbortSignal) =>
    connectTcp({ transport: 'tcp', host: '127.0.0.1', port }, { connectMs: LONG_MS, signal });
  const checks = await checkPeer(source, connect, { timeouts: TIMEOUTS, ...check });
  return { checks, targets, source, listener };
}

describe('checkPeer', () => {
  test('asks both hosts and moves nothing', async () => {
    const { checks, targets, source } = await ask();
    expect(brief(checks)).toEqual([...PASSED, 'target place', 'target memory']);
    expect(source.calls).toEqual(['check', 'describe']);
    expect(targets.map(({ calls }) => calls)).toEqual([['check']]);
  });

  test('has what the target has found, without what is of no concern to others', async () => {
    const { checks } = await ask({}, { found: [{ name: 'memory', error: NO_MEMORY }, { name: 'uuid' }] });
    expect(brief(checks).slice(4)).toEqual([
      'target place',
      'target memory: DOMAIN_NO_MEMORY',
      'target uuid',
    ]);
    const { error } = checks[5]!;
    expect(error).toBeInstanceOf(VmToolsError);
    expect(error).toMatchObject({ kind: 'resource', message: NO_MEMORY.message, hint: 'free some' });
    expect(error?.log).toEqual(NO_MEMORY.log.slice(-5));
    expect(JSON.stringify(error)).not.toContain('secret');
  });

  test('tells when there is no place, and looks at the rest', async () => {
    const admission = new Admission(1);
    using _ = admission.enter();
    expect(brief((await ask({ admission })).checks).slice(4)).toEqual([
      'target place: XFR_BUSY',
      'target memory',
    ]);
  });

  test('takes no place that another guest could have', async () => {
    const admission = new Admission(1);
    await ask({ admission });
    expect(admission.active).toBe(0);
  });

  test('tells what fails here, and does not offer what cannot be described', async () => {
    const busy = new VmToolsError({ code: 'DOMAIN_PAUSED', kind: 'usage', message: 'it is paused' });
    const source = new FakeSource({ checks: [{ name: 'savable', error: busy }] });
    source.describe = () => Promise.reject(busy);
    const { checks, targets } = await ask({}, { source });
    expect(brief(checks)).toEqual(['source savable: DOMAIN_PAUSED']);
    expect(targets).toEqual([]);
    const blind = new FakeSource();
    blind.describe = () => Promise.reject(busy);
    expect(brief((await ask({}, { source: blind })).checks)).toEqual([
      'source savable',
      'source offer: DOMAIN_PAUSED',
    ]);
  });

  test('tells that the guest is on its way already', async () => {
    const journals = memoryJournals();
    const source = new FakeSource();
    const { name, uuid } = source.offer;
    const start = { id: 'ab'.repeat(16), role: 'source', guest: { name, uuid }, peer: 'b' } as const;
    await using journal = await journals.begin(start);
    const look = async (of = source) => brief((await ask({}, { source: of, check: { journals } })).checks)[2];
    expect(await look()).toBe('source transfer: XFR_GUEST_BUSY');
    const spelt = new FakeSource({ offer: { uuid: uuid.toUpperCase() } });
    expect(await look(spelt)).toBe('source transfer: XFR_GUEST_BUSY');
    for (const state of ['aborted', 'kept'] as const)
      await journal.append({ state, epoch: journal.record.epoch });
    expect(await look()).toBe('source transfer');
  });

  test('tells who could not be reached', async () => {
    const refused = new VmToolsError({ code: 'XFR_UNREACHABLE', kind: 'peer', message: 'no answer' });
    const checks = await checkPeer(new FakeSource(), () => Promise.reject(refused));
    expect(brief(checks)).toEqual(['source savable', 'source offer', 'target peer: XFR_UNREACHABLE']);
  });

  test('rejects when the caller has aborted', async () => {
    const stop = new AbortController();
    const connect = () => {
      stop.abort();
      return new Promise<never>((_, reject) => setImmediate(() => reject(new Error('given up'))));
    };
    await expect(checkPeer(new FakeSource(), connect, { signal: stop.signal })).rejects.toMatchObject({
      code: 'INTERRUPTED',
    });
  });

  test.each([
    ['an older peer', [encodePreamble({ oldest: 1, newest: 2 })], 'XFR_PROTOCOL_OLDER'],
    ['a newer peer', [LATER], 'XFR_PROTOCOL_NEWER'],
    ['something else', [Buffer.from('HTTP/1.1 400 Bad Request\r\n')], 'XFR_PROTOCOL_MAGIC'],
    ['another answer', [PREAMBLE, frame('READY', { epoch: 1 })], 'XFR_PROTOCOL'],
    [
      'a list without an end',
      [PREAMBLE, frame('CHECKED', { checks: Array.from({ length: 65 }, () => ({ name: 'x' })) })],
      'XFR_PROTOCOL',
    ],
    [
      'a name that is none',
      [PREAMBLE, frame('CHECKED', { checks: [{ name: '\u001b[2J' }] })],
      'XFR_PROTOCOL',
    ],
    [
      'one that gives up',
      [PREAMBLE, frame('ABORT', { error: { code: 'XFR_X', kind: 'peer', message: 'no' } })],
      'XFR_PEER_ABORTED',
    ],
  ])('%s is an error of the check "protocol"', async (_what, frames, code) => {
    const { source: connection, target } = await LINKS['memory']!();
    new RawPeer(target.stream).say(...frames);
    const checks = await checkPeer(new FakeSource(), () => Promise.resolve(connection), {
      timeouts: TIMEOUTS,
    });
    expect(brief(checks).at(-1)).toBe(`target protocol: ${code}`);
    expect(checks.at(-1)?.error?.hint).toMatch(/\w/);
  });
});

describe('who is asked', () => {
  const offer = new FakeSource().offer;
  const CHECK = { id: 'cd'.repeat(16), offer };

  test('asks the rules for the peer first, and tells nothing else to one that they forbid', async () => {
    const not = new VmToolsError({ code: 'XFR_PEER_NOT_ALLOWED', kind: 'peer', message: 'not you' });
    const { lookAt } = await import('./answer-check.ts');
    const gates = [
      { name: 'allowed', enter: () => Promise.reject(not), isLast: true },
      { name: 'place', enter: () => new Admission().enter() },
    ];
    const makeTarget = (): never => {
      throw new Error('it was not to be asked');
    };
    expect(await lookAt(offer, gates, makeTarget)).toEqual([{ name: 'allowed', error: not }]);
  });

  test('a target that does not answer in time is given up, and the peer is told', async () => {
    const { source, target } = await LINKS['memory']!();
    const raw = new RawPeer(source.stream).say(PREAMBLE, frame('CHECK', CHECK));
    const slow = new FakeTarget();
    slow.check = () => new Promise(() => undefined);
    const served = receiveFromPeer(target, () => slow, { timeouts: { ...TIMEOUTS, answerMs: 50 } });
    await expect(served).rejects.toMatchObject({ code: 'XFR_CHECK_LATE', kind: 'timeout' });
    await raw.heard('XFR_CHECK_LATE');
  });

  test.each([
    ['no offer', { id: CHECK.id }],
    ['no id', { offer }],
    [
      'a processor of a kibibyte too much',
      { ...CHECK, offer: { ...offer, cpuPolicy: { cpuid: 'A'.repeat(33_000), msrs: '' } } },
    ],
    [
      'a processor that is no base64',
      { ...CHECK, offer: { ...offer, cpuPolicy: { cpuid: '<>', msrs: '' } } },
    ],
  ])('%s is refused before anything is looked at', async (_what, body) => {
    expect(() => decodeBody('CHECK', Buffer.from(JSON.stringify(body)))).toThrow(
      expect.objectContaining({ code: 'XFR_PROTOCOL' }),
    );
    const { source, target } = await LINKS['memory']!();
    new RawPeer(source.stream).say(PREAMBLE, frame('CHECK', body));
    const fake = new FakeTarget();
    await expect(receiveFromPeer(target, () => fake, { timeouts: TIMEOUTS })).rejects.toMatchObject({
      code: 'XFR_PROTOCOL',
    });
    expect(fake.calls).toEqual([]);
  });
});
