import { once } from 'node:events';
import { lstat, stat } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { dirname, join } from 'node:path';
import { VmToolsError } from '@vm-tools/errors';
import type { Channel } from '../config/devices/channel.ts';
import { isHere } from '../config/devices/is-here.ts';
import type { Host } from '../host.ts';

/** Where the socket of a channel is on this machine, by the path that a configuration has. */
export function socketPath({ root }: Pick<Host, 'root'>, named: string): string {
  return named.startsWith(`${root}/`) ? named : join(root, named);
}

/** "left": a socket at which no process listens. A file refuses a connection, too, and is none. */
export async function lookAtSocket(path: string): Promise<'absent' | 'left' | 'in use' | 'no socket'> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return 'absent';
  if (!found.isSocket()) return 'no socket';
  const socket = createConnection({ path });
  try {
    await once(socket, 'connect');
    return 'in use';
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'ECONNREFUSED' ? 'left' : 'in use';
  } finally {
    socket.destroy();
  }
}

/**
 * Makes sure that qemu can make the socket of a channel: it would put its own in place of what is there, and the process
 * that listens there, or the file, would be lost.
 *
 * @throws DOMAIN_CHANNEL_PATH of kind usage
 */
export async function requireSocketFree(host: Host, { name, path: named, backend }: Channel): Promise<void> {
  // Only a driver domain can see its own sockets.
  if (named === undefined || !isHere({ backend })) return;
  const path = socketPath(host, named);
  const found = await lookAtSocket(path);
  if (found === 'in use') throw impossible(name, named, 'another process listens there', END_IT);
  if (found === 'no socket') throw impossible(name, named, 'what is there is no socket', MOVE_IT);
  const folder = await stat(dirname(path)).catch(() => undefined);
  if (folder?.isDirectory() !== true)
    throw impossible(name, named, 'its folder is not there', `create it: mkdir -p ${dirname(named)}`);
}

const END_IT = 'end that process or the guest that has it, or give the channel another path';
const MOVE_IT = 'move it away, or give the channel another path';

function impossible(name: string, path: string, why: string, hint: string): VmToolsError {
  return new VmToolsError({
    code: 'DOMAIN_CHANNEL_PATH',
    kind: 'usage',
    message: `the channel ${name} cannot have its socket at ${path}: ${why}`,
    hint,
    details: { name, path },
  });
}
