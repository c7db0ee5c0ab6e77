import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { messageOf, VmToolsError } from '@vm-tools/errors';
import type { Connection } from '../protocol/connection.ts';
import { joinStreams } from './join-streams.ts';

/**
 * A connection that the caller has made: one socket, or two pipes, 0 and 1 for `xfrd --stdio`. They belong to the
 * connection from now on, and are closed with it.
 *
 * @param peer the other end, for messages
 * @throws VmToolsError XFR_DESCRIPTOR of kind usage when they are not open, or are files or a terminal
 */
export function descriptorConnection(
  { read, write }: { readonly read: number; readonly write: number },
  peer = read === write ? `fd://${read}` : `fd://${read},${write}`,
): Connection {
  if (read === write) {
    const socket = openSocket(read, { readable: true, writable: true });
    return { stream: socket, peer, isConfidential: isLocal(socket), keepsNothing: true };
  }
  const input = openSocket(read, { readable: true, writable: false });
  let output: Socket;
  try {
    output = openSocket(write, { readable: false, writable: true });
  } catch (thrown) {
    input.destroy();
    throw thrown;
  }
  const stream: Duplex = joinStreams(input, output);
  return { stream, peer, isConfidential: isLocal(input) && isLocal(output) };
}

/** Node's streams for stdin and stdout wait in the kernel when the reader stops; these never do. */
function openSocket(fd: number, how: { readonly readable: boolean; readonly writable: boolean }): Socket {
  try {
    return new Socket({ fd, ...how });
  } catch (thrown) {
    throw new VmToolsError({
      code: 'XFR_DESCRIPTOR',
      kind: 'usage',
      message: `file descriptor ${fd} is no socket and no pipe that is open: ${messageOf(thrown)}`,
      hint: 'give fd://N a connected socket, or fd://R,W a pipe to read and one to write; for files use vm-save and vm-restore',
      cause: thrown,
      details: { fd },
    });
  }
}

/** Pipes and unix sockets do not leave this machine; whatever has an address may. */
function isLocal(socket: Socket): boolean {
  return socket.remoteAddress === undefined;
}
