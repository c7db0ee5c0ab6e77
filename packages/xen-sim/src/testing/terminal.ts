import { spawn } from 'node:child_process';
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { PassThrough, Readable, Writable } from 'node:stream';
import { openPty } from '../host/console/pty.ts';
import { asLineProcess, type LineContext, type LineProcess } from './run-line.ts';

/** Starts a line of shell with a terminal of its own: what it writes to stderr arrives on stdout, too. */
export async function spawnOnTerminal(line: string, { cwd, env }: LineContext): Promise<LineProcess> {
  const pty = await openPty();
  const end = openSync(pty.path, constants.O_RDWR | constants.O_NOCTTY);
  const child = spawn('sh', ['-c', line], { cwd, env, detached: true, stdio: [end, end, end] });
  closeSync(end);
  const stdout = new PassThrough();
  const drained = Promise.withResolvers<undefined>();
  pty.onData((bytes) => {
    const isLast = bytes.at(-1) === 0;
    stdout.write(isLast ? bytes.subarray(0, -1) : bytes);
    if (!isLast) return;
    pty[Symbol.dispose]();
    stdout.end();
    setImmediate(drained.resolve, undefined);
  });
  // Its output may still be on its way when it is gone. A NUL, which no tool writes, comes behind all of it.
  child.once('close', () => {
    const mark = openSync(pty.path, constants.O_WRONLY | constants.O_NOCTTY);
    writeSync(mark, '\0');
    closeSync(mark);
  });
  const stdin = new Writable({
    write(bytes: Buffer, _encoding, done) {
      pty.write(bytes);
      done();
    },
  });
  const running = asLineProcess(child, { stdin, stdout, stderr: Readable.from([]) });
  return { ...running, exited: running.exited.finally(() => drained.promise) };
}
