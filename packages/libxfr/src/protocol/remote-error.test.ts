import { expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import { encodeRemoteError, peerError, remoteErrorSchema } from './remote-error.ts';

const how = { code: 'XFR_PEER_ABORTED', did: 'gave up', side: 'target' } as const;

test('an error keeps its kind, hint and log on the way, and becomes the cause', () => {
  const error = new VmToolsError({
    code: 'XEN_ENOMEM',
    kind: 'resource',
    message: 'no memory',
    hint: 'free some',
    log: ['xc: a', 'xc: b'],
  });
  const body = remoteErrorSchema.parse(JSON.parse(JSON.stringify(encodeRemoteError(error))));
  expect(peerError(body, how)).toMatchObject({
    code: 'XFR_PEER_ABORTED',
    kind: 'resource',
    message: 'the target gave up: no memory',
    hint: 'free some',
    log: ['xc: a', 'xc: b'],
    details: { side: 'target', remoteCode: 'XEN_ENOMEM' },
    cause: expect.objectContaining({ code: 'XEN_ENOMEM', kind: 'resource' }),
  });
});

test('what is too long is cut, the end of the log is kept, and nothing controls a terminal', () => {
  const error = new VmToolsError({
    code: 'not a code',
    kind: 'uncertain',
    message: `\u001b[2Jgone\n${'x'.repeat(5000)}`,
    log: Array.from({ length: 100 }, (_, line) => `line ${line}`),
  });
  const body = encodeRemoteError(error);
  expect(body).toMatchObject({ code: 'XFR_FAILED', kind: 'failure' });
  expect(body.message).toHaveLength(2000);
  expect(body.message.startsWith(' [2Jgone x')).toBe(true);
  expect([body.log?.length, body.log?.at(-1)]).toEqual([50, 'line 99']);
});
