import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import { patient } from '@vm-tools/ratelimit/testing';
import { spawnSync } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { journalEntry } from './journal-entry.ts';
import { runLogger } from './run-logger.ts';

const PATH = process.env['PATH'];
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'logger-'));
  process.env['PATH'] = `${folder}:${PATH}`;
});
afterEach(async () => {
  process.env['PATH'] = PATH;
  await rm(folder, { recursive: true });
});

/** Stands in the place of logger. */
async function install(script: string): Promise<void> {
  const path = join(folder, 'logger');
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
}

async function failureOf(running: Promise<void>): Promise<VmToolsError> {
  const thrown: unknown = await running.catch((error: unknown) => error);
  if (!(thrown instanceof VmToolsError)) throw new Error('it did not fail as it should', { cause: thrown });
  return thrown;
}

test('it gets the entry, with the bytes of C for its letters', async () => {
  await install(`echo "$@" $LC_ALL >${folder}/got; cat >>${folder}/got`);
  await runLogger('MESSAGE=hello\n');
  expect(await readFile(join(folder, 'got'), 'utf8')).toBe('--journald C\nMESSAGE=hello\n');
});

const real = spawnSync('logger', ['--journald', '--no-act'], { input: 'MESSAGE=x\n' });

(real.status === 0 ? test : test.skip)(
  `util-linux reads the same fields out of it${real.status === 0 ? '' : ' [skipped: no logger with --journald]'}`,
  async () => {
    await install(`PATH=${PATH} exec logger "$@" --no-act --stderr 2>${folder}/got`);
    const name = 'web1\nPRIORITY=0\n\nMESSAGE=\u00e0 \u0085\0';
    const entry = journalEntry({ type: 'started', time: 'now', domid: 3, uuid: 'u', name });
    expect(entry).toContain('VM_DOMAIN=web1\\u000aPRIORITY=0');
    await runLogger(entry);
    expect(await readFile(join(folder, 'got'), 'utf8')).toBe(entry);
  },
);

test('what it says when it fails is in the error', async () => {
  await install('cat >/dev/null; echo "logger: journald entry could not be written" >&2; exit 1');
  expect(await failureOf(runLogger('MESSAGE=x\n'))).toMatchObject({
    code: 'LOGGER_FAILED',
    message: expect.stringContaining('could not be written'),
    hint: expect.stringContaining('systemd-journald'),
  });
  await install('exit 3');
  expect((await failureOf(runLogger('MESSAGE=x\n'.repeat(100_000)))).message).toMatch(/: ended with 3$/);
  await install('kill -TERM $$');
  expect((await failureOf(runLogger('MESSAGE=x\n'))).message).toMatch(/: ended with a signal$/);
});

test(
  'one that does not end is ended, with what it has started',
  async () => {
    await install('sleep 1000');
    expect(await failureOf(runLogger('MESSAGE=x\n', 10))).toMatchObject({
      code: 'LOGGER_FAILED',
      message: expect.stringContaining('did not end within 0.01 s'),
    });
  },
  patient(20_000),
);

test('without it the error says what to install', async () => {
  process.env['PATH'] = folder;
  expect(await failureOf(runLogger('MESSAGE=x\n'))).toMatchObject({
    code: 'LOGGER_MISSING',
    hint: expect.stringContaining('bsdutils'),
  });
});
