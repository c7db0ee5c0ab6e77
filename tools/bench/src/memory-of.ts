import { readdir, readFile } from 'node:fs/promises';

/** The physical memory of a process, in MiB. */
export interface ProcessMemory {
  readonly nowMib: number;
  /** the most it ever had */
  readonly peakMib: number;
}

/** Undefined when there is no such process any more. */
export async function memoryOf(pid: number): Promise<ProcessMemory | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const mib = (field: string): number | undefined => {
    const kib = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
    return kib === undefined ? undefined : Number(kib) / 1024;
  };
  const [nowMib, peakMib] = [mib('VmRSS'), mib('VmHWM')];
  return nowMib === undefined || peakMib === undefined ? undefined : { nowMib, peakMib };
}

/**
 * Milliseconds of processor time that all threads of a process have used: they do not depend on other busy processes.
 */
export async function cpuMsOf(pid: number): Promise<number> {
  const threads = await readdir(`/proc/${pid}/task`);
  const times = threads.map(async (thread) => {
    const stat = await readFile(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').catch(() => '0');
    return Number(stat.split(' ')[0]) / 1e6;
  });
  return (await Promise.all(times)).reduce((sum, ms) => sum + ms, 0);
}
