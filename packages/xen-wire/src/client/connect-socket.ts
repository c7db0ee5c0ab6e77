import { Socket } from 'node:net';
import { VmToolsError } from '@vm-tools/errors';
import { KeptSocket } from '@vm-tools/ipc/calls';
import { connectTo } from '@vm-tools/ipc/sockets';
import type { ConnectionUse } from './remote-xen.ts';

/** A server on a socket is on the same machine: it accepts at once or never. */
const CONNECT_MS = 10_000;

/** @throws VmToolsError XEN_WIRE_UNREACHABLE, of kind no-xen, with `details.errno` */
export function connectSocket(path: string, use: ConnectionUse = 'calls'): Promise<Socket> {
  const late = { code: 'XEN_WIRE_UNREACHABLE', message: `waited ${CONNECT_MS} ms to connect to ${path}` };
  return connectTo(
    path,
    { limitMs: CONNECT_MS, late },
    (cause) =>
      new VmToolsError({
        code: 'XEN_WIRE_UNREACHABLE',
        kind: 'no-xen',
        message: `cannot connect to ${path}: ${cause.message}`,
        hint: 'see whether its server is running',
        cause,
        details: { path, errno: cause.code },
      }),
    use === 'bytes' ? new KeptSocket() : new Socket(),
  );
}
