import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { until } from '@vm-tools/xen-sim/testing';
import { STATES_FOLDER, tellStates } from './tell-states.ts';

const UUID = '7a1f0000-0000-4000-8000-0000000000a9';

let root: string;
let folder: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'states-'));
  folder = join(root, STATES_FOLDER);
});
afterEach(() => rm(root, { recursive: true }));

const ask = (name: string): Promise<void> => writeFile(join(folder, `ask.${name}`), '');
const isAnswered = async (name: string): Promise<boolean> => !(await readdir(folder)).includes(`ask.${name}`);
const answer = (): Promise<string> => readFile(join(folder, 'states'), 'utf8');

test('each question is answered by a look that began after it', async () => {
  const failures: string[] = [];
  let state: 'running' | 'paused' = 'running';
  const looks: PromiseWithResolvers<undefined>[] = [];
  const look = async () => {
    const seen = [{ uuid: UUID, state }];
    const held = Promise.withResolvers<undefined>();
    looks.push(held);
    await held.promise;
    return seen;
  };
  {
    await using _ = await tellStates(root, look, (words) => void failures.push(words));
    await ask('first');
    await until(() => looks.length === 1);
    state = 'paused';
    await ask('second'); // while the first look is under way
    looks[0]?.resolve(undefined);
    await until(() => isAnswered('first'));
    expect(await answer()).toBe(`${UUID} running\n`);
    await until(() => looks.length === 2);
    expect(await isAnswered('second')).toBe(false);
    looks[1]?.resolve(undefined);
    await until(() => isAnswered('second'));
    expect(await answer()).toBe(`${UUID} paused\n`);
  }
  await expect(stat(folder)).rejects.toThrow('ENOENT');
  expect(failures).toEqual([]);
});

test('what a killed process has left answers nothing, and what was asked of it is answered', async () => {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'states'), `${UUID} running\n`);
  await ask('early');
  await using _ = await tellStates(
    root,
    () => Promise.resolve([]),
    () => undefined,
  );
  await until(() => isAnswered('early'));
  expect(await answer()).toBe('');
});

test('a look that fails leaves the question, and the next one is answered', async () => {
  const failures: string[] = [];
  let isBroken = true;
  const look = () => (isBroken ? Promise.reject(new Error('no xenstored')) : Promise.resolve([]));
  await using _ = await tellStates(root, look, (words) => void failures.push(words));
  await ask('first');
  await until(() => failures.length > 0);
  expect(failures[0]).toBe('no xenstored');
  expect(await isAnswered('first')).toBe(false);
  isBroken = false;
  await ask('second');
  await until(async () => (await isAnswered('first')) && (await isAnswered('second')));
});
