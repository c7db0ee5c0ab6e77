import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { runChildStrictly } from '../local/child.ts';
import type { HostName } from './host-name.ts';
import { labError } from '../local/lab-error.ts';
import { labDirectory } from '../local/layout.ts';
import { machineName, qemuArguments } from './qemu-arguments.ts';
import type { HostSpec } from './qemu-arguments.ts';

/** A QEMU that has been started. */
export interface Machine {
  readonly pid: number;
  /** Settles when QEMU ends, whatever ended it. */
  readonly ended: Promise<unknown>;
}

/**
 * Starts QEMU on a fresh throw-away disk.
 *
 * @param keep whether it outlives this process; if not, the kernel kills it when this process ends, even by
 *   `kill -9` (`setpriv --pdeathsig`)
 */
export async function startMachine(spec: HostSpec, keep: boolean, signal?: AbortSignal): Promise<Machine> {
  const directory = labDirectory(spec.lab);
  await mkdir(spec.logs, { recursive: true });
  const disk = [
    'create',
    '-q',
    '-f',
    'qcow2',
    '-F',
    'raw',
    '-b',
    join(spec.image, 'disk.img'),
    `${spec.name}.qcow2`,
  ];
  await rm(join(directory, `${spec.name}.qcow2`), { force: true });
  await runChildStrictly('qemu-img', disk, { cwd: directory, signal });

  const qemu = ['qemu-system-x86_64', ...qemuArguments(spec)];
  const [file = '', ...args] = keep ? qemu : ['setpriv', '--pdeathsig', 'KILL', ...qemu];
  const log = openSync(join(spec.logs, 'qemu.log'), 'a');
  try {
    // Detached: Ctrl-C in a terminal is for the program that has the lab, which then ends it in order.
    const child = spawn(file, args, { cwd: directory, detached: true, stdio: ['ignore', log, log] });
    const ended = once(child, 'exit').catch(() => undefined);
    if (child.pid === undefined) {
      const [cause] = (await once(child, 'error')) as [Error];
      throw labError({ code: 'QEMU', message: `cannot run ${file}`, cause });
    }
    child.unref();
    return { pid: child.pid, ended };
  } finally {
    closeSync(log);
  }
}

/** Whether the process is that host's QEMU still, and not another process with the same number. */
export async function machineRuns(lab: string, host: HostName, pid: number): Promise<boolean> {
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return commandLine.split('\0').includes(machineName(lab, host));
}

const endLimitMs = 5_000;
const pollMs = 20;

/** Ends a host as a power cut would. Nothing is lost by it: its disk is thrown away and its logs lie outside. */
export async function killMachine(lab: string, host: HostName, pid: number): Promise<void> {
  if (!(await machineRuns(lab, host, pid))) return;
  process.kill(pid, 'SIGKILL');
  // It may be no child of this process, so there is no event to wait for.
  const last = performance.now() + endLimitMs;
  while (await machineRuns(lab, host, pid)) {
    if (performance.now() > last)
      throw labError({ code: 'QEMU', message: `QEMU of host ${host} (${pid}) does not end` });
    await delay(pollMs);
  }
}
