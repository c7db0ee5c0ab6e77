import { expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import fc from 'fast-check';
import { decodeError, encodeError, isErrorBody } from './error-body.ts';
import { fromJson, toJson } from './json.ts';

const overTheWire = (thrown: unknown): VmToolsError => {
  const body = fromJson(toJson(encodeError(thrown)));
  if (!isErrorBody(body)) throw new Error('no error came');
  return decodeError(body);
};

test('an error comes as it was, with its causes', () => {
  const foreign = Object.assign(new Error('no such file'), { code: 'ENOENT' });
  const error = new VmToolsError({
    ...{ code: 'XEN_CALL_FAILED', kind: 'resource', message: 'no', hint: 'do something', retry: 'unsafe' },
    ...{ side: 'target', phase: 'precopy', log: ['error: no'], leftovers: ['a page'] },
    details: { domid: 7, list: [1, 'two'] },
    guest: { name: 'web', domid: 7, uuid: 'u', state: 'still running here' },
    cause: new VmToolsError({ code: 'INNER', message: 'inner', cause: foreign }),
  });
  const received = overTheWire(error);
  expect(received.toJSON()).toEqual(error.toJSON());
  expect((received.cause as VmToolsError).cause).toMatchObject({ code: 'ENOENT', message: 'no such file' });
});

test('what is none of ours becomes one, and keeps what it was as its cause', () => {
  const received = overTheWire(new TypeError('a bug'));
  expect(received).toMatchObject({ code: 'XEN_CALL_FAILED', message: 'a bug', cause: { message: 'a bug' } });
  expect(overTheWire('a word')).toMatchObject({
    code: 'XEN_CALL_FAILED',
    message: 'a word',
    cause: 'a word',
  });
});

test('an error with causes beyond counting is cut short', () => {
  let error = new VmToolsError({ code: 'DEEPEST', message: 'the first of all' });
  for (let depth = 0; depth < 100; depth++) {
    error = new VmToolsError({ code: 'DEEP', message: String(depth), cause: error });
  }
  let received: unknown = overTheWire(error);
  let depth = 0;
  while (received instanceof Error) [received, depth] = [received.cause, depth + 1];
  expect(depth).toBeLessThan(20);
});

test('a cause that cannot be shown is left out', () => {
  const body = { ...{ code: 'X', kind: 'failure', message: 'no' }, cause: { toString: 7, valueOf: 8 } };
  const received = isErrorBody(body) && decodeError(body);
  expect(received).toMatchObject({ message: 'no' });
  expect(JSON.stringify(received)).not.toContain('cause');
});

const sound = { code: 'X', kind: 'failure', message: 'no' };

test('a code that is none becomes a general one; what is not known is left out', () => {
  for (const code of [7, undefined, 'no code', 'X'.repeat(65)]) {
    const body = { ...sound, code, more: 1, guest: { state: 'gone', more: 1 } };
    const received = isErrorBody(body) && decodeError(body);
    expect(received).toMatchObject({ code: 'XEN_CALL_FAILED' });
    expect(JSON.stringify(received)).not.toContain('more');
  }
});

test.each([
  null,
  'no',
  [],
  { ...sound, kind: 'doom' },
  { ...sound, message: 7 },
  { ...sound, hint: 7 },
  { ...sound, retry: 'never' },
  { ...sound, side: 'middle' },
  { ...sound, log: ['a', 7] },
  { ...sound, log: 'a' },
  { ...sound, details: [] },
  { ...sound, details: Buffer.alloc(1) },
  { ...sound, guest: { name: 'web' } },
  { ...sound, guest: { state: 'gone', domid: Infinity } },
])('%j is no error', (value) => {
  expect(isErrorBody(value)).toBe(false);
});

test('whatever comes is an error or none, and an error can be made of it', () => {
  const nearly = fc.record(
    {
      code: fc.anything(),
      kind: fc.constantFrom('failure', 'usage', 'doom'),
      message: fc.oneof(fc.string(), fc.anything()),
      details: fc.anything(),
      guest: fc.oneof(fc.anything(), fc.record({ state: fc.string() })),
      cause: fc.oneof(fc.anything(), fc.record({ message: fc.string(), code: fc.anything() })),
    },
    { requiredKeys: ['kind', 'message'] },
  );
  fc.assert(
    fc.property(fc.oneof(fc.anything(), nearly), (value) => {
      if (isErrorBody(value)) expect(decodeError(value).toJSON()).toMatchObject({ kind: value.kind });
    }),
  );
});
