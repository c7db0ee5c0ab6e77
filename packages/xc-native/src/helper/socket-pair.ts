import { closeSync } from 'node:fs';
import { KeptSocket } from '@vm-tools/ipc/calls';
import type { Libxc } from '../libxc.ts';
import { AF_UNIX, SOCK_CLOEXEC, SOCK_STREAM } from './unix-socket.ts';

/** Two ends of bytes between this process and one that it starts. */
export interface SocketPair {
  readonly ours: KeptSocket;
  /** for the other process; it blocks */
  readonly theirs: number;
  /** lets go of the end of the other process, which has it by now */
  release(): void;
}

/**
 * Makes a connected pair. `spawn` would make one, too, but hands out a socket that takes new memory for whatever it
 * reads.
 *
 * @throws VmToolsError XEN_CALL_FAILED when this process has too many files open
 */
export function socketPair(libxc: Libxc): SocketPair {
  const fds = Buffer.alloc(8);
  libxc.call('socketpair', [AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds]);
  const theirs = fds.readInt32LE(4);
  return { ours: new KeptSocket(fds.readInt32LE(0)), theirs, release: () => closeSync(theirs) };
}
