import { mkdtemp, readFile, rm, watch, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { writeScript } from '../testing/native-ground.ts';
import { runScript } from './run-script.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'script-'));
});
afterEach(async () => {
  jest.restoreAllMocks();
  await rm(folder, { recursive: true });
});

async function run(text: string, signal?: AbortSignal): ReturnType<typeof runScript> {
  const path = await writeScript(join(folder, 'script'), text);
  return runScript(
    { path, args: ['online', 'type_if=vif'], env: { XENBUS_PATH: 'backend/vif/7/0' } },
    { signal },
  );
}

/** Whether there is a process that is no zombie. */
async function runs(pid: string): Promise<boolean> {
  const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return state !== '' && !/^\d+ \(.*\) [ZX]/s.test(state);
}

/** Waits until the script has written the number of the process that it has left behind. */
async function pidOf(name: string): Promise<string> {
  const read = async (): Promise<string> => readFile(join(folder, name), 'utf8').catch(() => '');
  const over = new AbortController();
  const changes = watch(folder, { signal: over.signal });
  let text = await read();
  while (!text.endsWith('\n')) {
    await changes[Symbol.asyncIterator]().next();
    text = await read();
  }
  over.abort();
  await changes[Symbol.asyncIterator]()
    .next()
    .catch(() => undefined);
  return text.trim();
}

test('arguments and environment, and no input', async () => {
  const { lastWords } = await run('cat; echo "$@" $XENBUS_PATH ${PATH:+with a path}');
  expect(lastWords).toBe('online type_if=vif backend/vif/7/0 with a path\n');
});

test.each([
  ['exit 3', 3],
  ['kill -9 $$', 137],
  ['kill -TERM $$', 143],
])('%s is status %d', async (text, status) => {
  expect(await run(text)).toMatchObject({ status });
});

test('its last words, from both of its outputs', async () => {
  const { status, lastWords } = await run(
    'i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done; sync; echo no bridge >&2; exit 1',
  );
  expect(status).toBe(1);
  expect(lastWords.length).toBe(4096);
  expect(lastWords).toMatch(/^no bridge$/m);
  expect(lastWords).toMatch(/^line 1999$/m);
  expect(lastWords).not.toContain('line 1\n');
});

test('a process that it leaves behind keeps it from nothing', async () => {
  expect(
    await run('sleep 1000 & echo $! > pid; cd .; exit 2'.replace('> pid', `> ${join(folder, 'pid')}`)),
  ).toMatchObject({
    status: 2,
  });
  const pid = await pidOf('pid');
  expect(await runs(pid)).toBe(true);
  process.kill(Number(pid), 'SIGKILL');
});

test('when it is aborted, what it has started ends with it', async () => {
  const stop = new AbortController();
  const running = run(`sleep 1000 & echo $! > ${join(folder, 'pid')}; wait`, stop.signal);
  const pid = await pidOf('pid');
  stop.abort();
  await expect(running).rejects.toMatchObject({
    code: 'INTERRUPTED',
    message: expect.stringContaining('script'),
  });
  while (await runs(pid)) await new Promise((resume) => setImmediate(resume));
});

test('when it takes too long, what it has started ends with it', async () => {
  const limit = new AbortController();
  const timeout = jest.spyOn(AbortSignal, 'timeout').mockReturnValue(limit.signal);
  const running = run(`echo waiting for a lock; sleep 1000 & echo $! > ${join(folder, 'pid')}; wait`);
  const pid = await pidOf('pid');
  expect(timeout).toHaveBeenCalledWith(120_000);
  limit.abort();
  await expect(running).rejects.toMatchObject({
    code: 'DOM0_SCRIPT_TIMEOUT',
    kind: 'timeout',
    message: expect.stringMatching(/did not end within 120 s; it last said: waiting for a lock$/),
  });
  while (await runs(pid)) await new Promise((resume) => setImmediate(resume));
});

test('a file that is no program', async () => {
  const path = join(folder, 'text');
  await writeFile(path, 'no script\n', { mode: 0o644 });
  await expect(runScript({ path, args: [], env: {} })).rejects.toMatchObject({
    code: 'DOM0_SCRIPT_MISSING',
    hint: `chmod +x ${path}`,
    cause: { code: 'EACCES' },
  });
});
