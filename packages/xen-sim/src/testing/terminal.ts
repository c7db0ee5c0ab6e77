import { spawn } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { PassThrough, Readable, Writable } from 'node:stream';
import { openPty } from '../host/pty.ts';
import { asLineProcess, type LineContext, type LineProcess } from './run-line.ts';

/** Starts a line of shell with a terminal of its own: what it writes to stderr arrives on stdout, too. */
export async function spawnOnTerminal(line: string, { cwd, env }: LineContext): Promise<LineProcess> {
  const pty = await openPty();
  const end = openSync(pty.path, constants.O_RDWR | constants.O_NOCTTY);
  const child = spawn('sh', ['-c', line], { cwd, env, detached: true, stdio: [end, end, end] });
  closeSync(end);
  const stdout = new PassThrough();
  pty.onData((bytes) => stdout.write(bytes));
  child.once('close', () => {
    pty[Symbol.dispose]();
    stdout.end();
  });
  const stdin = new Writable({
    write(bytes: Buffer, _encoding, done) {
      pty.write(bytes);
      done();
    },
  });
  return asLineProcess(child, { stdin, stdout, stderr: Readable.from([]) });
}
