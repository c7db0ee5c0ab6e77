import { messageOf, within } from '@vm-tools/errors';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Messages } from '../output/messages.ts';
import { startInBackground } from './start-in-background.ts';

/** The socket whose listener is the one vm-monitor of a host. */
export function monitorSocketPath(root: string): string {
  return join(root, 'run/vm-tools/monitor.sock');
}

/** Whether a process listens on a unix socket; a crash may have left the socket file alone. */
export async function isAnswered(socketPath: string): Promise<boolean> {
  const socket = connect(socketPath);
  try {
    await within(once(socket, 'connect'), 1_000, {
      code: 'MONITOR_SILENT',
      message: 'vm-monitor does not answer',
      hint: 'run vm-monitor, and see what it says',
    });
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/**
 * Makes sure that vm-monitor runs, which carries out what the configuration says about poweroff, reboot and crash. Call
 * it when the domain exists: a monitor that sees no domain ends. It is no reason to fail: the domain runs without it.
 */
export async function ensureMonitor({
  root,
  hostSpec,
  messages,
}: {
  readonly root: string;
  readonly hostSpec: string;
  readonly messages: Messages;
}): Promise<void> {
  try {
    if (await isAnswered(monitorSocketPath(root))) return;
    await startInBackground({
      program: 'vm-monitor',
      env: { VM_TOOLS_ROOT: root, VM_TOOLS_HOST: hostSpec },
      logPath: join(root, 'var/log/vm-tools/monitor.log'),
    });
  } catch (thrown) {
    messages.warn(
      `vm-monitor does not start, so on_poweroff, on_reboot and on_crash wait for it: ${messageOf(thrown)}`,
    );
  }
}
