import { describe, expect, test } from '@jest/globals';
import { abortError, throwIfAborted, within } from './abort.ts';
import { VmToolsError } from './error.ts';

const late = { code: 'LATE', message: 'waiting for the guest' };

describe('within', () => {
  test('gives what the promise gives', async () => {
    await expect(within(Promise.resolve(7), 1000, late)).resolves.toBe(7);
  });

  test('rejects with the given error when the limit passes', async () => {
    await expect(within(new Promise(() => undefined), 1, late)).rejects.toMatchObject({
      code: 'LATE',
      kind: 'timeout',
    });
  });

  test('rejects at once when the signal has fired', async () => {
    const signal = AbortSignal.abort();
    await expect(within(new Promise(() => undefined), 1000, late, signal)).rejects.toMatchObject({
      code: 'INTERRUPTED',
      kind: 'interrupted',
    });
  });

  test('passes on the rejection of the promise', async () => {
    await expect(within(Promise.reject(new Error('no')), 1000, late)).rejects.toThrow('no');
  });
});

test('an abort with a reason of ours keeps it', () => {
  const reason = new VmToolsError({ code: 'SIGINT', kind: 'interrupted', message: 'stopped by SIGINT' });
  expect(abortError(AbortSignal.abort(reason), 'saving')).toBe(reason);
  expect(() => throwIfAborted(AbortSignal.abort(reason), 'saving')).toThrow(reason);
  expect(() => throwIfAborted(undefined, 'saving')).not.toThrow();
});
