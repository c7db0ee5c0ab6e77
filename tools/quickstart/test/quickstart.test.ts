import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runMain, type EndedMain } from '@vm-tools/cli/testing';

const MAIN = join(import.meta.dirname, '../src/main.ts');
let base: string;

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'sim-'));
});

afterAll(async () => {
  await quickstart('--stop');
  await rm(base, { recursive: true });
});

function quickstart(...words: string[]): Promise<EndedMain> {
  return runMain(MAIN, words, { VM_TOOLS_SIM: base });
}

/** The ticks of the guest on its console at this host. */
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
});

test('words that mean nothing are refused', async () => {
  expect(await quickstart('--zen')).toMatchObject({ status: 1, stderr: expect.stringContaining('--xen') });
});
