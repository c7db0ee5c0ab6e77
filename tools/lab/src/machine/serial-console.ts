import { once } from 'node:events';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import type { HostName } from './host-name.ts';
import { labDirectory } from '../local/layout.ts';

const leave = 0x1d; // Ctrl-], as with telnet and xl console

/** Joins this terminal with the serial line of a host, where Xen and dom0 write and a shell listens. */
export async function serialConsole(lab: string, host: HostName): Promise<void> {
  const { stdin, stdout } = process;
  // The path of a socket must be short: it is named from within its folder.
  process.chdir(labDirectory(lab));
  const socket = createConnection(join('.', `${host}.serial`));
  await once(socket, 'connect');
  if (stdin.isTTY) stdin.setRawMode(true);
  stdin.on('data', (typed: Buffer) => (typed.includes(leave) ? socket.end() : socket.write(typed)));
  socket.pipe(stdout, { end: false });
  await once(socket, 'close');
  if (stdin.isTTY) stdin.setRawMode(false);
  stdin.pause();
}
