import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { beforeAll, expect, test } from '@jest/globals';
import { runChildStrictly } from './local/child.ts';
import { attachLab } from './lab.ts';
import type { LabHost } from './host/lab-host.ts';
import { describeTidyLab, labHosts } from './testing/hosts.ts';

// Both hosts have tests of something else at the same time.
let a: LabHost;
let b: LabHost;

beforeAll(async () => {
  if (process.env['VM_TOOLS_TEST_LAB_SKIPPED'] === undefined) ({ a, b } = await labHosts());
});

describeTidyLab('exec and run', () => {
  test('give exit status and both outputs', async () => {
    const result = await a.exec('cat; echo two >&2; exit 3', { input: 'one' });
    expect(result).toEqual({ code: 3, stdout: 'one', stderr: 'two\n' });
  });

  test('words arrive as they were given', async () => {
    expect(await a.run(['printf', '%s|', 'two words', "it's", '$HOME', ''])).toBe("two words|it's|$HOME||");
  });

  test('a failure names the command, what it said and the logs', async () => {
    await expect(a.run('echo went wrong >&2; exit 4')).rejects.toMatchObject({
      code: 'LAB_REMOTE',
      message: expect.stringMatching(/status 4 on host a\nwent wrong\nlogs: .*\/logs\/a$/),
      details: { exitCode: 4, logs: a.logs },
    });
  });

  test('a command that takes too long is killed on the host', async () => {
    await expect(a.exec('exec sleep 54321', { timeoutMs: 500 })).rejects.toMatchObject({
      code: 'LAB_TIMEOUT',
    });
    await a.run('while pgrep -f "^sleep 54321"; do sleep 0.1; done', { timeoutMs: 10_000 });
  });
});

describeTidyLab('spawn', () => {
  test('gives Ctrl-C to the command and its children', async () => {
    const child = a.spawn('trap "echo caught" INT; echo started; sleep 60; exit 7');
    const lines = createInterface(child.stdout);
    await once(lines, 'line');
    const next = once(lines, 'line');
    await child.kill('SIGINT');
    expect(await next).toEqual(['caught']);
    expect(await child.exited).toBe(7);
  });

  test('tells which signal ended the command', async () => {
    const child = a.spawn(['sleep', '60']);
    await child.kill('SIGKILL', 'process');
    expect(await child.exited).toBe(128 + 9);
  });

  test('has a terminal if asked for', async () => {
    const child = a.spawn(['tty'], { tty: true });
    expect(await text(child.stdout)).toMatch(/^\/dev\/pts\/\d+/);
    expect(await child.exited).toBe(0);
  });
});

describeTidyLab('files', () => {
  test('go to a host and come back', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lab-test-'));
    try {
      await writeFile(join(folder, 'there'), 'contents');
      await a.put(join(folder, 'there'), '/tmp/lab-there');
      await a.get('/tmp/lab-there', join(folder, 'back'));
      expect(await readFile(join(folder, 'back'), 'utf8')).toBe('contents');
    } finally {
      await rm(folder, { recursive: true });
      await a.exec('rm -f /tmp/lab-there');
    }
  });
});

describeTidyLab('the cable', () => {
  test('leads from each host to the other by name', async () => {
    expect(await a.run('ssh b hostname')).toBe('b\n');
    expect(await b.run('ssh a hostname')).toBe('a\n');
  });
});

describeTidyLab('the shared folder', () => {
  test('shows each host what the other has written, and only its owner here', async () => {
    try {
      await a.run('echo one >/shared/lab-test');
      expect(await b.run('cat /shared/lab-test; echo two >/shared/lab-test')).toBe('one\n');
      expect(await a.run('cat /shared/lab-test; stat -c %a /shared')).toBe('two\n700\n');
    } finally {
      await a.exec('rm -f /shared/lab-test');
    }
  });
});

describeTidyLab('a lab of a process', () => {
  test('ends with it, even by kill -9', async () => {
    const name = `crash-${process.pid}`;
    const index = new URL('index.ts', import.meta.url).href;
    const program = `
      const { startLab } = await import(${JSON.stringify(index)});
      await startLab({ name: ${JSON.stringify(name)}, hosts: ['a'] });
      console.log('up');
      setInterval(() => undefined, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(createInterface(child.stdout), 'line');
    const lab = await attachLab(name);
    const pid = (await lab?.host('a').run('echo up')) === 'up\n' ? await qemuOf(name) : undefined;
    expect(pid).toMatch(/^\d+$/);

    child.kill('SIGKILL');
    // Ends when the process has: it is not our child, and gives no event.
    await runChildStrictly('tail', ['-f', '/dev/null', `--pid=${pid ?? ''}`], { timeoutMs: 10_000 });
    expect(await attachLab(name)).toBeUndefined();
    await lab?.down();
  });
});

async function qemuOf(lab: string): Promise<string> {
  return (await runChildStrictly('pgrep', ['-f', `^qemu-system-x86_64 -name vm-tools-lab-${lab}-a `])).trim();
}
