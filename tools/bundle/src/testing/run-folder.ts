import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The folder that all simulated hosts of a run share, and none of them removes. */
const COMMON = /^vm-tools-kernels-/;

/** Processes and files that tests have left behind. */
export interface Leftovers {
  /** "pid command line" */
  readonly processes: readonly string[];
  /** names in the folder */
  readonly files: readonly string[];
}

/**
 * Makes the folder in which this test run has its temporary files, sockets and folders: those of the tools that it
 * starts, too, because TMPDIR names it.
 */
export async function makeRunFolder(): Promise<void> {
  // Short, because the path of a socket must be.
  process.env['TMPDIR'] = await mkdtemp(join(tmpdir(), 't-'));
}

/** Ends processes that tests have left running, and removes all that is in the folder of the run, and itself. */
export async function removeRunFolder(folder: string): Promise<Leftovers> {
  const processes = await startedIn(folder);
  for (const { pid } of processes) kill(pid);
  const files = (await readdir(folder).catch(() => [])).filter((name) => !COMMON.test(name));
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  return { processes: processes.map(({ pid, line }) => `${pid} ${line}`), files };
}

/** Whatever has been started with this TMPDIR. */
async function startedIn(folder: string): Promise<{ readonly pid: number; readonly line: string }[]> {
  const pids = (await readdir('/proc').catch(() => [])).map(Number).filter((pid) => pid > 0);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const read = (name: string): Promise<string> =>
        readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '');
      const isOurs = (await read('environ')).split('\0').includes(`TMPDIR=${folder}`);
      return isOurs ? [{ pid, line: (await read('cmdline')).replaceAll('\0', ' ').trim() }] : [];
    }),
  );
  return found.flat().filter(({ pid }) => pid !== process.pid);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
