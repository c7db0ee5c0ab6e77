import { freePort } from '@vm-tools/lab';
import { readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startInBackground } from '@vm-tools/cli';
import { VmToolsError } from '@vm-tools/errors';
import { waitForText } from './wait-for-text.ts';

/** Of both hosts. */
export const ADDRESS = '127.0.0.1';

/** How long it may finish what it is at. */
const END_LIMIT_MS = 5_000;
const PAUSE_MS = 20;

/** Beneath the root of a host, so that it is gone when the host is. */
const pidPath = (root: string): string => join(root, 'run/vm-tools/xfrd.pid');

/**
 * Starts xfrd for a simulated host, in the background.
 * @returns where it listens
 */
export async function startXfrd(
  { spec, root }: { readonly spec: string; readonly root: string },
  signal: AbortSignal,
): Promise<string> {
  const endpoint = `tls://${ADDRESS}:${await freePort()}`;
  const logPath = join(root, 'var/log/vm-tools/xfrd.log');
  const child = await startInBackground({
    program: 'xfrd',
    args: ['--host', spec, '--listen', endpoint],
    logPath,
  });
  await mkdir(dirname(pidPath(root)), { recursive: true });
  await writeFile(pidPath(root), String(child.pid));
  const ended = new AbortController();
  child.once('exit', () => ended.abort(hasEnded(spec, logPath)));
  await waitForText(logPath, /listening/, AbortSignal.any([signal, ended.signal]));
  return endpoint;
}

function hasEnded(spec: string, logPath: string): VmToolsError {
  const said = readFileSync(logPath, 'utf8').trim();
  return new VmToolsError({ code: 'QUICKSTART_XFRD', message: `xfrd of ${spec} ended at once: ${said}` });
}

/** Ends the xfrd of a host, if there is one. */
export async function stopXfrd(root: string): Promise<void> {
  const pid = Number(await readFile(pidPath(root), 'utf8').catch(() => ''));
  const late = performance.now() + END_LIMIT_MS;
  for (let signal: NodeJS.Signals | 0 = 'SIGTERM'; pid > 0 && (await isXfrd(pid)); signal = 0) {
    process.kill(pid, performance.now() > late ? 'SIGKILL' : signal);
    await pause(PAUSE_MS);
  }
}

/** Its number may be another process's by now. */
async function isXfrd(pid: number): Promise<boolean> {
  const words = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return words.includes('/xfrd/');
}
