import { open, readFile, rename } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { VmToolsError } from '@vm-tools/errors';
import type { QemuStart } from '../dom0.ts';

/** A killed process is gone as soon as the kernel has closed its files, which may take a disk's time. */
const GONE_LIMIT_MS = 10_000;
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
  throw new VmToolsError({
    code: 'DOM0_QEMU_MISSING',
    kind: 'usage',
    message: `${program} cannot be started`,
    hint: 'install qemu for Xen (package qemu-system-xen)',
    details: { program },
  });
}

/** By its name: a number may be another process' by now. */
export async function isQemu(pid: number): Promise<boolean> {
  if (!Number.isSafeInteger(pid) || pid <= 1) return false;
  const [line, state] = await Promise.all([
    readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''),
    readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''),
  ]);
  // One that has ended and that nobody has waited for is a zombie, and has no command line.
  if (/^\d+ \(.*\) [ZX]/s.test(state)) return false;
  return basename(line.split('\0')[0] ?? '').includes('qemu');
}

/** Waits until its files are closed, so that its disks are free. */
export async function killQemu(pid: number): Promise<void> {
  if (!(await isQemu(pid))) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    return; // it has ended in this moment
  }
  const deadline = performance.now() + GONE_LIMIT_MS;
  while (await isQemu(pid)) {
    if (performance.now() >= deadline) {
      throw new VmToolsError({
        code: 'DOM0_QEMU_STAYS',
        kind: 'timeout',
        message: `qemu, process ${pid}, was killed and is still there after ${GONE_LIMIT_MS / 1000} s`,
        hint: 'see in its /proc folder what it waits for; most often a disk that does not answer',
        details: { pid },
      });
    }
    await delay(PAUSE_MS);
  }
}
