import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { VmToolsError } from '@vm-tools/errors';
import type { TransferId } from '../journal/record.ts';
import { asVmToolsError } from '../protocol/remote-error.ts';
import { listServed } from './ask-served.ts';
import type { ServedTransfer } from './messages.ts';

/** The socket at which xfrd serves the transfers that it receives, below the root of its host. */
export const XFRD_SOCKET = 'run/vm-tools/xfrd.sock';

const FOLDER = 'run/vm-tools/transfers';
const SUFFIX = '.sock';

/** The socket at which a process that moves one guest serves that transfer. */
export function transferSocketPath(root: string, id: TransferId): string {
  return join(root, FOLDER, `${id}${SUFFIX}`);
}

/** A transfer that is under way on this host, and the socket to ask about it. */
export interface FoundTransfer extends ServedTransfer {
  readonly socketPath: string;
}

/**
 * All transfers that are under way on a host, in whatever process. What a crash has left there is removed. Processes
 * that did not answer are told apart: one that was stopped may still hold a guest.
 */
export async function findServed(
  root: string,
  signal?: AbortSignal,
): Promise<{ readonly found: readonly FoundTransfer[]; readonly silent: readonly VmToolsError[] }> {
  const names = await readdir(join(root, FOLDER)).catch(() => []);
  const own = names.filter((name) => name.endsWith(SUFFIX)).map((name) => join(root, FOLDER, name));
  const silent: VmToolsError[] = [];
  const look = async (socketPath: string): Promise<FoundTransfer[]> => {
    try {
      return (await listServed(socketPath, { signal })).map((each) => ({ ...each, socketPath }));
    } catch (thrown) {
      const error = asVmToolsError(thrown);
      if (error.code !== 'XFR_CONTROL_ABSENT') silent.push(error);
      // xfrd takes its own over when it is started again.
      else if (own.includes(socketPath) && error.details['errno'] === 'ECONNREFUSED')
        await rm(socketPath, { force: true }).catch(() => undefined);
      return [];
    }
  };
  const found = (await Promise.all([...own, join(root, XFRD_SOCKET)].map(look))).flat();
  return { found: found.sort((a, b) => a.startedAt - b.startedAt), silent };
}
