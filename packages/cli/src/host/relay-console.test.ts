import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import { relayConsole } from './relay-console.ts';

/** Stands for xenconsoled: makes a pty, names it, and connects its own side with its stdin and stdout. */
const PTY_KEEPER = `
import os, pty, select, sys, tty
master, slave = pty.openpty()
tty.setraw(slave)
print(os.ttyname(slave), flush=True)
while True:
    ready, _, _ = select.select([0, master], [], [])
    if 0 in ready:
        data = os.read(0, 4096)
        if not data: sys.exit(0)
        os.write(master, data)
    if master in ready: os.write(1, os.read(master, 4096))
`;

let keeper: ChildProcessByStdio<Writable, Readable, null>;
let path: string;
beforeEach(async () => {
  keeper = spawn('python3', ['-c', PTY_KEEPER], { stdio: ['pipe', 'pipe', 'inherit'] });
  path = String((await once(keeper.stdout, 'data'))[0]).trim();
});
afterEach(() => void keeper.kill());

const store = {
  read: () => Promise.resolve<string | undefined>(path),
  waitFor: async <T>(_: string, look: () => Promise<T | undefined>): Promise<T> => (await look()) as T,
};

function terminal(): PassThrough & { isTTY: true; raw: boolean[]; setRawMode: (raw: boolean) => void } {
  const raw: boolean[] = [];
  return Object.assign(new PassThrough(), {
    isTTY: true as const,
    raw,
    setRawMode: (on: boolean) => void raw.push(on),
  });
}

describe('relayConsole', () => {
  test('carries both ways until Ctrl-], which it keeps', async () => {
    const input = terminal();
    const output = new PassThrough({ encoding: 'utf8' });
    const relay = relayConsole(store, { domid: 1, input, output, signal: new AbortController().signal });
    keeper.stdin.write('tick 1\r\n');
    expect((await once(output, 'data'))[0]).toBe('tick 1\r\n');
    input.write('ls\r');
    expect(String((await once(keeper.stdout, 'data'))[0])).toBe('ls\r');
    input.write('x\u001dy');
    expect(await relay).toBe('escape');
    expect(String((await once(keeper.stdout, 'data'))[0])).toBe('x');
    expect(input.raw).toEqual([true, false]);
  });

  test('ends with the domain', async () => {
    const output = new PassThrough({ encoding: 'utf8' });
    const input = new PassThrough();
    const relay = relayConsole(store, { domid: 1, input, output, signal: new AbortController().signal });
    keeper.stdin.write('last words');
    await once(output, 'data');
    keeper.stdin.end();
    expect(await relay).toBe('end');
  });

  test('ends when it is aborted', async () => {
    const controller = new AbortController();
    const input = terminal();
    const relay = relayConsole(store, {
      domid: 1,
      input,
      output: new PassThrough(),
      signal: controller.signal,
    });
    controller.abort();
    await expect(relay).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(input.raw.at(-1)).not.toBe(true);
  });

  test('says that there is no console', async () => {
    const late = new VmToolsError({ code: 'XENSTORE_TIMEOUT', kind: 'timeout', message: 'late' });
    const silent = { ...store, waitFor: () => Promise.reject(late) };
    const init = {
      domid: 1,
      input: new PassThrough(),
      output: new PassThrough(),
      signal: new AbortController().signal,
    };
    await expect(relayConsole(silent, init)).rejects.toMatchObject({ code: 'CONSOLE_ABSENT', cause: late });
    await expect(relayConsole(silent, { ...init, number: 2 })).rejects.toMatchObject({
      code: 'CONSOLE_ABSENT',
      message: expect.stringContaining('no terminal for console 2'),
    });
  });
});
