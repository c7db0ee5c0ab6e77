import { describe, expect, test } from '@jest/globals';
import { runChild, runChildStrictly } from './child.ts';

describe('runChild', () => {
  test('gives exit status and both outputs, and hands over the input', async () => {
    const result = await runChild('sh', ['-c', 'cat; echo two >&2; exit 3'], { input: 'one' });
    expect(result).toEqual({ code: 3, stdout: 'one', stderr: 'two\n' });
  });

  test('ends a program that takes too long', async () => {
    const running = runChild('sleep', ['60'], { timeoutMs: 50 });
    await expect(running).rejects.toMatchObject({ code: 'LAB_TIMEOUT', kind: 'timeout' });
  });

  test('ends a program on abort', async () => {
    const abort = new AbortController();
    const running = runChild('sleep', ['60'], { signal: abort.signal });
    abort.abort();
    await expect(running).rejects.toMatchObject({ kind: 'interrupted' });
  });

  test('names a program that is not there', async () => {
    await expect(runChild('no-such-program', [])).rejects.toMatchObject({ code: 'LAB_COMMAND' });
  });
});

test('runChildStrictly shows what a failed program said', async () => {
  const running = runChildStrictly('sh', ['-c', 'echo went wrong >&2; exit 4']);
  await expect(running).rejects.toMatchObject({
    code: 'LAB_COMMAND',
    message: expect.stringContaining('went wrong'),
    details: { exitCode: 4 },
  });
});
