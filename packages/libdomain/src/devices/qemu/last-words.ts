import { readLogEnd } from '../../files/log-end.ts';

const LAST_LINES = 5;

/** The end of the log of a qemu, on one line; empty when it has said nothing. */
export async function lastWordsOfQemu(logPath: string): Promise<string> {
  const log = await readLogEnd(logPath).catch(() => undefined);
  return (log ?? '').trim().split('\n').slice(-LAST_LINES).join('; ');
}
