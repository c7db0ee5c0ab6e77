import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { lockByName } from './lock-by-name.ts';

const name = `test ${process.pid}`;

test('is held by one at a time', async () => {
  const lock = await lockByName(name);
  expect(lock).toBeDefined();
  expect(await lockByName(name)).toBeUndefined();
  await using other = await lockByName(`${name} other`);
  expect(other).toBeDefined();
  await lock?.[Symbol.asyncDispose]();
  await lock?.[Symbol.asyncDispose]();
  await using again = await lockByName(name);
  expect(again).toBeDefined();
});

test('outlives no kill -9', async () => {
  const module = JSON.stringify(new URL('./lock-by-name.ts', import.meta.url));
  const script = `
    const { lockByName } = await import(${module});
    const lock = await lockByName(${JSON.stringify(name)});
    console.log(lock === undefined ? 'taken' : 'held');
    setInterval(() => lock, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [told] = (await once(child.stdout, 'data')) as [Buffer];
  expect(told.toString().trim()).toBe('held');
  expect(await lockByName(name)).toBeUndefined();
  child.kill('SIGKILL');
  await once(child, 'exit');
  await using lock = await lockByName(name);
  expect(lock).toBeDefined();
});
