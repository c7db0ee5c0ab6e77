import { lstat, mkdtemp, readFile, rm, stat, watch, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { loadLibc } from '@vm-tools/libc';
import type { BootloaderEnd, BootloaderRun } from '../../dom0.ts';
import { BOOTLOADER_OUTPUT_BYTES } from '../../errors.ts';
import { writeScript } from '../../testing/native-ground.ts';
import { runBootloader } from './run-bootloader.ts';

let top: string;
beforeAll(async () => {
  await loadLibc();
});
beforeEach(async () => {
  top = await mkdtemp(join(tmpdir(), 'bootloader-'));
});
afterEach(async () => {
  jest.restoreAllMocks();
  await rm(top, { recursive: true });
});

const folder = (): string => join(top, 'xen/bootloader.7.d');

async function runOf(text: string): Promise<BootloaderRun> {
  const program = await writeScript(join(top, 'boot'), text);
  const output = join(folder(), 'output');
  const args = [`--output=${output}`, `--output-directory=${folder()}`, '/disk with a blank'];
  return { program, args, folder: folder(), output, logPath: join(top, 'log/bootloader.log') };
}

async function run(text: string, signal?: AbortSignal): Promise<BootloaderEnd> {
  return runBootloader(await runOf(text), { signal });
}

/** Waits until the program has written a file. */
async function hasWritten(path: string): Promise<void> {
  const over = new AbortController();
  const changes = watch(top, { signal: over.signal });
  while ((await readFile(path, 'utf8').catch(() => '')) === '') await changes[Symbol.asyncIterator]().next();
  over.abort();
  await changes[Symbol.asyncIterator]()
    .next()
    .catch(() => undefined);
}

const isGone = async (): Promise<boolean> => (await lstat(folder()).catch(() => undefined)) === undefined;

test('it answers into a file of a folder that is root’s alone, and draws on a terminal', async () => {
  const { status, lastWords, output } = await run(
    [
      'test -t 0 && test -t 1 && echo "$TERM"',
      "printf '\\033[2J\\033[1;1H\\033[7mpyGRUB\\033[m\\r\\n' >&2",
      'echo kernel > ${2#*=}/k; for last; do :; done; printf "kernel ${2#*=}/k\\0args $last\\0" > ${1#*=}',
    ].join('\n'),
  );
  expect(status).toBe(0);
  expect(output).toBe(`kernel ${folder()}/k\0args /disk with a blank\0`);
  expect(lastWords.trim().split(/\n+/)).toEqual(['vt100', 'pyGRUB']);
  expect((await stat(folder())).mode & 0o777).toBe(0o700);
  expect(await readFile(join(folder(), 'k'), 'utf8')).toBe('kernel\n');
  expect(await readFile(join(top, 'log/bootloader.log'), 'utf8')).toContain('\u001b[7mpyGRUB');
});

test.each([
  ['echo no kernel; exit 3', 3, 'no kernel'],
  ['kill -9 $$', 137, ''],
])('%s is status %d, and the folder is the caller’s', async (text, status, said) => {
  const end = await run(text);
  expect([end.status, end.lastWords.trim(), end.output]).toEqual([status, said, '']);
  expect(await isGone()).toBe(false);
});

test('the log before is kept', async () => {
  const given = await runOf('echo second');
  await runBootloader(given);
  await rm(folder(), { recursive: true });
  await runBootloader(given);
  expect(await readFile(`${given.logPath}.1`, 'utf8')).toContain('second');
});

test('an answer that is too long is cut behind its limit', async () => {
  const { output } = await run(`head -c ${BOOTLOADER_OUTPUT_BYTES * 2} /dev/zero > \${1#*=}`);
  expect(output.length).toBe(BOOTLOADER_OUTPUT_BYTES + 1);
});

test('it has limits of its own', async () => {
  const { lastWords } = await run('ulimit -c; ulimit -t; ulimit -f');
  expect(lastWords.trim().split(/\n+/).slice(0, 2)).toEqual(['0', '120']);
  expect(lastWords).not.toContain('unlimited');
});

test('when it is aborted, it ends and leaves nothing', async () => {
  const stop = new AbortController();
  const running = run(`echo begun > ${top}/begun; sleep 1000 & wait`, stop.signal);
  await hasWritten(join(top, 'begun'));
  stop.abort();
  await expect(running).rejects.toMatchObject({ code: 'INTERRUPTED' });
  expect(await isGone()).toBe(true);
});

test('when it takes too long, as a menu does that waits for ever', async () => {
  const limit = new AbortController();
  const timeout = jest.spyOn(AbortSignal, 'timeout').mockReturnValue(limit.signal);
  const running = run(`echo choose a kernel; echo begun > ${top}/begun; read choice`);
  await hasWritten(join(top, 'begun'));
  expect(timeout).toHaveBeenCalledWith(120_000);
  limit.abort();
  await expect(running).rejects.toMatchObject({
    code: 'DOM0_BOOTLOADER_TIMEOUT',
    kind: 'timeout',
    message: expect.stringMatching(/did not end within 120 s; it last said: choose a kernel$/),
  });
  expect(await isGone()).toBe(true);
});

test.each(['none-of-this-name', '/none/of/this/name'])('there is no %s', async (program) => {
  const given = { ...(await runOf('exit 0')), program };
  await expect(runBootloader(given)).rejects.toMatchObject({
    code: 'DOM0_BOOTLOADER_MISSING',
    kind: 'usage',
    details: { program },
  });
  expect(await isGone()).toBe(true);
});

test('a file that is no program', async () => {
  const given = await runOf('exit 0');
  const program = join(top, 'text');
  await writeFile(program, 'no program\n', { mode: 0o644 });
  await expect(runBootloader({ ...given, program })).rejects.toMatchObject({
    code: 'DOM0_BOOTLOADER_MISSING',
  });
});

test('one without a folder is looked for where commands are', async () => {
  const given = await runOf('exit 0');
  expect((await runBootloader({ ...given, program: 'true' })).status).toBe(0);
});
