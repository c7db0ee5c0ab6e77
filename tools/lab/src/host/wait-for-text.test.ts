import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { waitForText } from './wait-for-text.ts';

let folder: string;
let first: string;
let second: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lab-test-'));
  first = join(folder, 'guest-one.log');
  second = join(folder, 'guest-one--incoming.log');
});

afterEach(() => rm(folder, { recursive: true }));

test('finds what is there already', async () => {
  await appendFile(first, 'tick 1\ntick 2\n');
  const [found] = await waitForText([first], /tick \d/, 'console');
  expect(found).toBe('tick 1');
});

test('finds what is written later, in pieces, into a file that was not there', async () => {
  const waiting = waitForText([first], /^tick (3)$/m, 'console');
  for (const piece of ['tick 2\nti', 'ck 3', '\n']) await appendFile(first, piece);
  expect((await waiting)[1]).toBe('3');
});

test('passes over what was read before', async () => {
  await appendFile(first, 'tick 1\n');
  const waiting = waitForText([first], /tick \d/, 'console', { from: 'tick 1\n'.length });
  await appendFile(first, 'tick 2\n');
  expect((await waiting)[0]).toBe('tick 2');
});

test('looks at the second file after the first', async () => {
  await appendFile(first, 'tick 1\n');
  const waiting = waitForText([first, second], /tick 1\ntick 2/, 'console');
  await appendFile(second, 'tick 2\n');
  expect((await waiting)[0]).toBe('tick 1\ntick 2');
});

test('says what it saw when the time is over', async () => {
  await appendFile(first, 'tick 1\n');
  const waiting = waitForText([first], /tick 9/, 'console of one', { timeoutMs: 50 });
  await expect(waiting).rejects.toMatchObject({
    code: 'LAB_TIMEOUT',
    message: expect.stringMatching(/console of one: \/tick 9\/ did not appear .* "tick 1\\n"/),
  });
});

test('ends on abort', async () => {
  const abort = new AbortController();
  const waiting = waitForText([first], /tick/, 'console', { signal: abort.signal });
  abort.abort();
  await expect(waiting).rejects.toMatchObject({ kind: 'interrupted' });
});
