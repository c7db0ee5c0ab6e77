import { describe, expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import fc from 'fast-check';
import { encodeRemoteError, peerError } from './remote-error.ts';
import { remoteErrorSchema, type RemoteErrorBody } from './remote-error-schema.ts';

/** As it is after it went over the wire. */
const travelled = (error: VmToolsError): RemoteErrorBody =>
  remoteErrorSchema.parse(JSON.parse(JSON.stringify(encodeRemoteError(error, 'target'))));

const how = { code: 'XFR_PEER_ABORTED', did: 'gave up', side: 'target' } as const;

test('an error keeps its kind and hint on the way, and becomes the cause', () => {
  const error = new VmToolsError({
    code: 'XEN_ENOMEM',
    kind: 'resource',
    message: 'no memory',
    hint: 'free some',
    log: ['xc: a', 'xc: b'],
  });
  expect(peerError(travelled(error), how)).toMatchObject({
    code: 'XFR_PEER_ABORTED',
    kind: 'resource',
    side: 'source',
    message: 'the target gave up: no memory',
    hint: 'free some',
    log: [], // what libxc has said here comes here
    details: { side: 'target', remoteCode: 'XEN_ENOMEM' },
    cause: { code: 'XEN_ENOMEM', kind: 'resource', side: 'target', log: ['xc: a', 'xc: b'] },
  });
});

test('the whole chain of causes arrives, with the side, the phase, the facts and the log of each', () => {
  const first = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
  const call = new VmToolsError({
    code: 'XEN_CALL_FAILED',
    message: 'xc_domain_restore failed',
    log: ['xc: error'],
    details: { call: 'xc_domain_restore', errno: 12, facts: { deep: 'unsaid' } },
    cause: first,
  });
  const error = new VmToolsError({
    code: 'DOMAIN_STEP_FAILED',
    kind: 'timeout',
    retry: 'after-fix',
    message: 'step build failed',
    side: 'target',
    phase: 'receiving',
    guest: { name: 'web1', domid: 3, state: 'never started here' },
    leftovers: ['domain 3'],
    cause: call,
  });
  const ours = peerError(travelled(error), how);
  expect(ours).toMatchObject({ retry: 'after-fix', guest: undefined, leftovers: [] });
  expect(ours.cause).toMatchObject({
    code: 'DOMAIN_STEP_FAILED',
    side: 'target',
    phase: 'receiving',
    retry: 'after-fix',
    guest: { name: 'web1', domid: 3, state: 'never started here' },
    leftovers: ['domain 3'],
    cause: {
      code: 'XEN_CALL_FAILED',
      log: ['xc: error'],
      details: { call: 'xc_domain_restore', errno: 12 },
      cause: { code: 'ECONNRESET', message: 'read ECONNRESET' },
    },
  });
  expect(JSON.stringify(ours)).not.toContain('unsaid');
});

test('a chain that is too long keeps its ends, and all causes together are no more than 64 KiB', () => {
  const chain = (length: number, log: readonly string[] = []): VmToolsError => {
    const cause = length === 1 ? undefined : chain(length - 1, log);
    return new VmToolsError({ code: `LINK_${length}`, message: `link ${length}`, log, cause });
  };
  const { causes } = encodeRemoteError(chain(100), 'target');
  expect(causes?.map(({ code }) => code)).toEqual([
    ...[99, 98, 97, 96, 95, 94, 93].map((link) => `LINK_${link}`),
    'LINK_1',
  ]);
  const long = encodeRemoteError(
    chain(
      9,
      Array.from({ length: 50 }, () => 'x'.repeat(2000)),
    ),
    'target',
  );
  expect(Buffer.byteLength(JSON.stringify(long.causes))).toBeLessThan(64 * 1024);
  expect(long.causes).toHaveLength(3);
});

test('a cause that leads back to itself ends', () => {
  const circle = new Error('circle');
  circle.cause = circle;
  const error = new VmToolsError({ code: 'A', message: 'a', cause: circle });
  expect(encodeRemoteError(error, 'source').causes).toHaveLength(1);
});

describe('what a hostile peer says of an error', () => {
  const told = { code: 'A', kind: 'failure', message: 'a' };

  test.each([
    ['causes', 'everything'],
    ['causes', [{ message: 7 }]],
    ['causes', [null]],
    ['side', 'middle'],
    ['phase', {}],
    ['retry', 'always'],
    ['guest', { state: 1 }],
    ['details', 'many'],
    ['leftovers', {}],
  ])('of no meaning in %s is left out', (field, value) => {
    const body = remoteErrorSchema.parse({ ...told, [field]: value });
    expect(body).toMatchObject({ code: 'A', message: 'a' });
    expect(body[field as keyof typeof body]).toBeUndefined();
  });

  test('cannot move a cursor, turn text round or grow, wherever it stands', () => {
    const evil = `\u001b]0;\u202eevil\u2028${'x'.repeat(10_000)}`;
    const link = { ...told, message: evil, hint: evil, phase: evil, log: [evil], leftovers: [evil] };
    const facts = { details: { [evil]: evil, list: [evil] }, guest: { name: evil, state: evil } };
    const body = remoteErrorSchema.parse({
      ...link,
      ...facts,
      causes: Array(1000).fill({ ...link, ...facts }),
    });
    const text = JSON.stringify(body);
    expect(text).not.toMatch(/[\u001b\u202e\u2028]|\\u001b/u);
    expect(text.length).toBeLessThan(80_000);
  });

  test('never makes it throw', () => {
    fc.assert(
      fc.property(fc.object(), fc.array(fc.anything()), (fields, causes) => {
        const body = remoteErrorSchema.parse({ ...fields, ...told, hint: undefined, log: undefined, causes });
        expect(peerError(body, how).code).toBe('XFR_PEER_ABORTED');
      }),
    );
  });
});

test('what is too long is cut, the end of the log is kept, and nothing controls a terminal', () => {
  const error = new VmToolsError({
    code: 'not a code',
    kind: 'uncertain',
    message: `\u001b[2Jgone\n${'x'.repeat(5000)}`,
    log: Array.from({ length: 100 }, (_, line) => `line ${line}`),
  });
  const body = encodeRemoteError(error, 'target');
  expect(body).toMatchObject({ code: 'XFR_FAILED', kind: 'failure' });
  expect(body.message).toHaveLength(2000);
  expect(body.message.startsWith(' [2Jgone x')).toBe(true);
  expect([body.log?.length, body.log?.at(-1)]).toEqual([50, 'line 99']);
});
