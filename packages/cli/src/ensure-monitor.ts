import { messageOf, within } from '@vm-tools/errors';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { entryFile } from './build-info.ts';
import type { Messages } from './messages.ts';

/** The socket whose listener is the one vm-monitor of a host. */
export function monitorSocketPath(root: string): string {
  return join(root, 'run/vm-tools/monitor.sock');
}

/** Whether somebody listens on a unix socket; a socket file alone may be what a crash left. */
export async function isAnswered(socketPath: string): Promise<boolean> {
  const socket = connect(socketPath);
  try {
    await within(once(socket, 'connect'), 1_000, {
      code: 'MONITOR_SILENT',
      message: 'vm-monitor does not answer',
    });
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/**
 * Sees to it that vm-monitor runs, which honours what the configuration says about poweroff, reboot and crash. Call it
 * when the domain exists: a monitor that sees no domain ends. It is no reason to fail: the domain runs without it.
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
    if (!(await isAnswered(monitorSocketPath(root)))) await startMonitor(root, hostSpec);
  } catch (thrown) {
    messages.warn(
      `vm-monitor does not start, so on_poweroff, on_reboot and on_crash wait for it: ${messageOf(thrown)}`,
    );
  }
}

/** In a session of its own, so that neither Ctrl-C nor the end of the terminal reaches it. */
async function startMonitor(root: string, hostSpec: string): Promise<void> {
  const logPath = join(root, 'var/log/vm-tools/monitor.log');
  await mkdir(dirname(logPath), { recursive: true });
  await using log = await open(logPath, 'a', 0o640);
  const environment: NodeJS.ProcessEnv = { ...process.env, VM_TOOLS_ROOT: root, VM_TOOLS_HOST: hostSpec };
  delete environment['JOURNAL_STREAM']; // its stderr is that file
  const child = spawn(process.execPath, [fileURLToPath(entryFile('vm-monitor'))], {
    detached: true,
    cwd: '/',
    env: environment,
    stdio: ['ignore', log.fd, log.fd],
  });
  await once(child, 'spawn');
  child.unref();
}
