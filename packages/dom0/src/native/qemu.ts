import { open, readFile, readdir, rename } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { QemuEnd, QemuProcess, QemuStart } from '../dom0.ts';
import { qemuMissing, qemuStays, QEMU_GONE_LIMIT_MS } from '../errors.ts';

const PAUSE_MS = 10;

/** Starts qemu as libxl does: in a session of its own, its words in a log. */
export async function startQemu({
  program,
  args,
  env,
  logPath,
}: QemuStart): Promise<{ readonly pid: number }> {
  const { spawn } = await import('node:child_process');
  await rename(logPath, `${logPath}.1`).catch(() => undefined); // there was none
  const log = await open(logPath, 'a', 0o600);
  try {
    const child = spawn(program, args, {
      detached: true,
      env: { ...process.env, ...env },
      stdio: ['ignore', log.fd, log.fd],
    });
    child.on('error', () => undefined); // told by the absence of a pid
    child.unref();
    if (child.pid !== undefined) return { pid: child.pid };
  } finally {
    await log.close();
  }
  throw qemuMissing(program);
}

export async function isQemu({ pid, domid }: QemuProcess): Promise<boolean> {
  return (await servedBy(pid)) === domid;
}

export async function listQemus(): Promise<readonly QemuProcess[]> {
  const pids = (await readdir('/proc')).map(Number).filter(Number.isSafeInteger);
  const found = await Promise.all(pids.map(async (pid) => ({ pid, domid: await servedBy(pid) })));
  return found.flatMap(({ pid, domid }) => (domid === undefined ? [] : [{ pid, domid }]));
}

/** The domain that a process serves as its qemu, by its command line, as libxl and these tools write it. */
async function servedBy(pid: number): Promise<number | undefined> {
  if (!Number.isSafeInteger(pid) || pid <= 1) return undefined;
  const [line, state] = await Promise.all(
    ['cmdline', 'stat'].map((name) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '')),
  );
  // One that has ended and that its parent has not waited for is a zombie: its files are closed.
  if (state === undefined || /^\d+ \(.*\) [ZX]/s.test(state)) return undefined;
  const words = line?.split('\0') ?? [];
  const at = words.indexOf('-xen-domid');
  const isOne = basename(words[0] ?? '').includes('qemu') && at > 0 && /^\d+$/.test(words[at + 1] ?? '');
  return isOne ? Number(words[at + 1]) : undefined;
}

/** Waits until its files are closed, so that its disks are free. */
export async function endQemu(qemu: QemuProcess, how: QemuEnd): Promise<void> {
  if (how === 'orderly' && (await isGoneAfter('SIGTERM', qemu))) return;
  if (await isGoneAfter('SIGKILL', qemu)) return;
  throw qemuStays(qemu.pid);
}

/** No event tells of the end of a process that is no child of this one. */
async function isGoneAfter(signal: NodeJS.Signals, qemu: QemuProcess): Promise<boolean> {
  const deadline = performance.now() + QEMU_GONE_LIMIT_MS;
  for (let isSent = false; await isQemu(qemu); isSent = true) {
    if (!isSent) send(qemu.pid, signal);
    if (performance.now() >= deadline) return false;
    await delay(PAUSE_MS);
  }
  return true;
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended in this moment.
  }
}
