import type { Log } from '@vm-tools/cli';
import { XFRD_SOCKET } from '@vm-tools/libxfr/control';
import { join } from 'node:path';
import { logFailure } from '../../log/log-failure.ts';
import { openSockets, type OpenedSockets } from '../process/open-sockets.ts';
import { openRunFolder } from '../process/run-folder.ts';

/**
 * The socket over which `vm-migrate list|status|cancel|set` sees and steers the guests that come in; it is for root
 * alone, and served where the transfers are. Without it they are received all the same: it is no reason to fail.
 */
export async function openControl(root: string, log: Log): Promise<OpenedSockets> {
  const path = join(root, XFRD_SOCKET);
  try {
    await openRunFolder(root);
    return await openSockets([{ transport: 'unix', path }]);
  } catch (thrown) {
    logFailure(log, thrown, {
      level: 'warn',
      what: 'vm-migrate list, cancel and set do not see what comes in',
    });
    return openSockets([]);
  }
}
