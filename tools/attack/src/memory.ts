import { readFile } from 'node:fs/promises';

/** MiB of private memory: of xfrd, and of the process that peers talk to. */
export interface Memory {
  readonly keeper: number;
  readonly receiver: number;
}

/** @param log of xfrd, which names its processes */
export async function memoryOf(log: string): Promise<Memory> {
  const keeper = /"message":"listening on [^"]*","pid":(\d+)/.exec(log)?.[1];
  return { keeper: await mibOf(Number(keeper)), receiver: await mibOf(receiverOf(log)) };
}

/** The number of the process that peers talk to: of the last one, if others have crashed. */
export function receiverOf(log: string): number {
  return Number([...log.matchAll(/"message":"receiver started","pid":(\d+)/g)].at(-1)?.[1]);
}

async function mibOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/RssAnon:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}
