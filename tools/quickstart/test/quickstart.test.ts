import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const MAIN = join(import.meta.dirname, '../src/main.ts');
let base: string;

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'sim-'));
});

afterAll(async () => {
  await quickstart('--stop');
  await rm(base, { recursive: true });
});

async function quickstart(...words: string[]): Promise<{ status: unknown; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [MAIN, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, VM_TOOLS_SIM: base, NODE_OPTIONS: '', NO_COLOR: '1', FORCE_COLOR: undefined },
  });
  const exit = once(child, 'exit');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [status] = (await exit) as [unknown];
  return { status, stdout, stderr };
}

/** What the guest counted on its console at this host. */
async function ticks(host: string): Promise<number[]> {
  const log = join(base, host, 'root/var/log/xen/console/guest-web1.log');
  return [...(await readFile(log, 'utf8')).matchAll(/^tick (\d+)/gm)].map(([, tick]) => Number(tick));
}

test('a guest goes through its life without losing a tick, and the hosts stay up until they are stopped', async () => {
  const { status, stdout, stderr } = await quickstart();
  expect({ status, stderr }).toMatchObject({ status: 0, stderr: expect.stringContaining('precopy') });
  expect(stdout).toMatch(/migrate live .* web1 runs at .* rounds, downtime \d+ ms/);
  expect(stdout).toMatch(/To go on:[^]*--stop/);

  const counted = [...(await ticks('quick-a')), ...(await ticks('quick-b'))];
  expect(counted).toEqual(counted.map((_, index) => index + 1));

  expect(await quickstart('--stop')).toMatchObject({ status: 0, stderr: '' });
  expect(await readdir(base)).toEqual(['quick-a.log', 'quick-b.log']);
}, 60_000);

test('words that mean nothing are refused', async () => {
  expect(await quickstart('--zen')).toMatchObject({ status: 1, stderr: expect.stringContaining('--xen') });
});
