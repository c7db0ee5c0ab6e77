import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runMain, type EndedMain } from '@vm-tools/cli/testing';

const TOOL = join(import.meta.dirname, '../src/main.ts');
let base: string;

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'sim-'));
});

afterAll(async () => {
  await run('stop', '--all');
  await rm(base, { recursive: true });
});

function run(...words: string[]): Promise<EndedMain> {
  return runMain(TOOL, words, { VM_TOOLS_SIM: base });
}

test('a host runs in the background until it is stopped, and leaves nothing but its log', async () => {
  const started = await run('start', 'a', '--memory', '1G', '--json');
  expect(started).toMatchObject({ status: 0, stderr: '' });
  expect(JSON.parse(started.stdout)).toMatchObject({ name: 'a', host: 'sim:a', totalMib: 1024 });
  expect(await run('start', 'a')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('XEN_SIM_RUNS'),
  });

  const rule = ['--call', 'domainSave', '--at', '4096', '--errno', 'EIO'];
  expect(await run('fault', 'a', ...rule, '--json')).toMatchObject({ stdout: '{"id":1}\n' });
  expect(await run('fault', 'a')).toMatchObject({
    stdout: '{"id":1,"call":"domainSave","errno":"EIO","at":4096}\n',
  });
  expect((await run('list')).stdout).toMatch(/^a +running +1 GiB +960 MiB +16 +0 +1$/m);
  expect((await run('list', '-o', 'wide')).stdout).toMatch(/^a +running .* \d+ +\d+ +\/.*$/m);
  expect((await run('list', '-o', 'name')).stdout).toBe('a\n');
  expect(await run('guest', 'a', 'web1')).toMatchObject({ status: 3 });

  expect(await run('stop', 'a')).toEqual({ status: 0, stdout: '', stderr: '' });
  expect(await readdir(base)).toEqual(['a.log']);
  expect(await run('stop', 'a')).toMatchObject({
    status: 4,
    stderr: expect.stringContaining('xen-sim start a'),
  });
});

test('the command that starts a host reports what is wrong with it', async () => {
  expect(await run('start', 'b', '--memory', 'much')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('"much" is not a size [USAGE]'),
  });
  const scenario = join(base, 'scenario.json');
  await writeFile(scenario, '{"faults": [{"call": "domainPuase", "errno": "EIO"}]}');
  expect(await run('start', 'b', '--scenario', scenario)).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('no call is named "domainPuase"'),
  });
  expect(await run('fault', 'b', '--call', 'domainPuase', '--errno', 'EIO')).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/\[XEN_SIM_FAULT\]\n.*did you mean domainPause\?/),
  });
});
