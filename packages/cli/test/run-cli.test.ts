import { expect, test } from '@jest/globals';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { runMain, startMain, type EndedMain, type StartedMain } from '../src/testing/index.ts';

const TOOL = join(import.meta.dirname, 'fixture/tool.ts');

const start = (...words: string[]): StartedMain => startMain(TOOL, words);
const run = (...words: string[]): Promise<EndedMain> => runMain(TOOL, words);

test('the result alone is on stdout', async () => {
  expect(await run('succeed', '--level', 'high', '-v')).toEqual({
    status: 0,
    stdout: 'level high\n',
    stderr: 'tool: a note\ntool: a detail\n',
  });
  expect(await run('succeed', '--json')).toEqual({
    status: 0,
    stdout: '{"level":"low"}\n',
    stderr: '{"type":"note","message":"a note"}\n',
  });
});

test('an error says what, where the guest is and what to do, and has its status', async () => {
  expect(await run('fail')).toEqual({
    status: 5,
    stdout: '',
    stderr: 'tool: it failed [TOOL_FAILED]\nguest: web1 (domid 12): still running here\nhint: try again\n',
  });
  const { status, stdout } = await run('fail', '--json');
  expect(status).toBe(5);
  expect(JSON.parse(stdout)).toMatchObject({
    error: { code: 'TOOL_FAILED', kind: 'resource', guest: { domid: 12 } },
  });
});

test('work that waits for what never comes is a failure', async () => {
  const { status, stdout, stderr } = await run('forget');
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toContain(
    'tool: the work has not come to its end, and there is nothing left to wait for [INTERNAL]',
  );
});

test('a stream on stdout sends the result to stderr', async () => {
  expect(await run('stream', '--json')).toEqual({ status: 0, stdout: 'bytes', stderr: '{"written":5}\n' });
});

test('a usage error takes one line and a hint', async () => {
  expect(await run('succeed', '--levle', 'high')).toEqual({
    status: 2,
    stdout: '',
    stderr: "tool: unknown option '--levle' (did you mean --level?) [USAGE]\nhint: try tool --help\n",
  });
});

test('a time limit aborts', async () => {
  const { status, stderr } = await run('undo', '--timeout', '0.05');
  expect({ status, stderr }).toEqual({
    status: 124,
    stderr:
      'waiting\nundone\ntool: not done within the 0.05 s of --timeout [TIME_LIMIT]\nhint: allow it more time\n',
  });
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s aborts, and the tool ends after its undo', async (signal, expected) => {
  const { child, stderr, status } = start('undo');
  await once(stderr, 'readable');
  child.kill(signal);
  expect(await text(stderr)).toContain(`undone\ntool: interrupted by ${signal} [INTERRUPTED]\n`);
  expect(await status).toBe(expected);
});

test('a second signal ends it at once and says that something may be left', async () => {
  const { child, stderr, status } = start('hang');
  stderr.setEncoding('utf8');
  let said = '';
  const hears = async (expected: string): Promise<void> => {
    while (!said.includes(expected)) said += String(await once(stderr, 'data'));
  };
  await hears('waiting');
  child.kill('SIGINT');
  await hears('once more to stop at once');
  child.kill('SIGINT');
  await hears('something may be left behind');
  expect(await status).toBe(130);
});

test('a reader that goes away is no reason for a message', async () => {
  const { stdout, stderr, status } = start('flood');
  await once(stdout, 'readable');
  stdout.destroy();
  expect(await text(stderr)).toBe('');
  expect(await status).toBe(141);
});
