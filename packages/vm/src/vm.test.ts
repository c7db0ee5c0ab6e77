import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const VM = join(import.meta.dirname, '../bin/vm');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vm-'));
});
afterEach(() => rm(folder, { recursive: true }));

interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(file: string, words: readonly string[], PATH = process.env['PATH']): Promise<Answer> {
  return new Promise((resolve) => {
    execFile(file, words, { cwd: folder, env: { PATH } }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

/** A tool that tells with which words it was started. */
async function addTool(path: string, status = 0): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true });
  const script = `#!/bin/sh\nprintf '%s' "\${0##*/}"\nprintf ' <%s>' "$@"\nexit ${status}\n`;
  await writeFile(path, script, { mode: 0o755 });
}

describe('the tool beside it', () => {
  beforeEach(async () => {
    await addTool(join(folder, 'lib/vm-save'), 10);
    await copyFile(VM, join(folder, 'lib/vm'));
  });

  test('is started with all words as they are, and its status is that of vm', async () => {
    const words = ['save', 'a b', '', '*', '--json', '--', '-x', '$(id)'];
    expect(await run(join(folder, 'lib/vm'), words)).toEqual({
      code: 10,
      stdout: 'vm-save <a b> <> <*> <--json> <--> <-x> <$(id)>',
      stderr: '',
    });
  });

  test('is found through a link, and by its whole name', async () => {
    await mkdir(join(folder, 'bin'));
    await symlink('../lib/vm', join(folder, 'bin/vm'));
    expect((await run(join(folder, 'bin/vm'), ['vm-save', 'web1'])).stdout).toBe('vm-save <web1>');
  });

  test('is asked for its help', async () => {
    expect((await run(join(folder, 'lib/vm'), ['help', 'save'])).stdout).toBe('vm-save <--help>');
  });
});

test('else that of PATH is started', async () => {
  await addTool(join(folder, 'elsewhere/vm-list'));
  const PATH = [join(folder, 'elsewhere'), process.env['PATH']].join(delimiter);
  expect((await run(VM, ['list', 'web1'], PATH)).stdout).toBe('vm-list <web1>');
  expect((await run(VM, ['--version'], PATH)).stdout).toBe('vm-list <--version>');
});

test.each([['--help'], ['-h'], ['help']])('%s lists the verbs', async (word) => {
  expect(await run(VM, [word])).toMatchObject({ code: 0, stdout: expect.stringContaining('\n  list ') });
});

test.each([
  [[], 'a verb is needed'],
  [['--json', 'list'], 'the verb comes first, and options come behind it'],
  [['frobnicate'], '"frobnicate" is none of its verbs, or vm-frobnicate is not installed'],
  [['../../bin/sh'], 'that is none of its verbs'],
  [['\u001b[2J'], 'that is none of its verbs'],
  [['help', ''], 'that is none of its verbs'],
])('%j is refused', async (words, message) => {
  const { code, stdout, stderr } = await run(VM, words);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^vm: .* \[USAGE\]\nhint: .*\n$/);
  expect(stderr).toContain(message);
});
