import { join } from 'node:path';
import { VmToolsError } from '@vm-tools/errors';

const NAME = /^[a-z0-9][a-z0-9_-]{0,31}$/i;
/** sizeof(sun_path), of which one byte is the NUL. */
const SOCKET_PATH_LIMIT = 107;
/** The longest path of a socket below the folder of a host, that over which xfrd fetches images. */
const LONGEST_SOCKET = 'root/run/vm-tools/feed-4194304.sock';

/** The paths of one simulated host. */
export interface SimPaths {
  readonly folder: string;
  /** The folder that its tools see as `/`. */
  readonly root: string;
  /** Calls of `Xen`. */
  readonly hypercalls: string;
  /** Calls of `Dom0`. */
  readonly dom0: string;
  /** xenstore's own protocol: XENSTORED_PATH for Debian's xenstore-ls. */
  readonly xenstored: string;
  /** The socket for requests that only a simulated host has: faults, guests, its end. */
  readonly control: string;
  /** A kernel that every simulated guest can be started with. */
  readonly kernel: string;
}

/** The sockets and files of a simulated host, below its folder. */
export function simPaths(folder: string): SimPaths {
  const root = join(folder, 'root');
  return {
    folder,
    root,
    hypercalls: join(folder, 'hypercall.sock'),
    dom0: join(folder, 'dom0.sock'),
    xenstored: join(folder, 'xenstored.sock'),
    control: join(folder, 'control.sock'),
    kernel: join(root, 'guests/kernel'),
  };
}

/**
 * The folder of all simulated hosts of this user: $VM_TOOLS_SIM, else below $XDG_RUNTIME_DIR, else in /tmp.
 * @throws VmToolsError XEN_SIM_FOLDER_RELATIVE, of kind usage
 */
export function simBase(): string {
  const { VM_TOOLS_SIM: own = '', XDG_RUNTIME_DIR: runtime = '' } = process.env;
  if (own.startsWith('/')) return own;
  if (own !== '') {
    throw new VmToolsError({
      code: 'XEN_SIM_FOLDER_RELATIVE',
      kind: 'usage',
      message: `VM_TOOLS_SIM is "${own}", which is no absolute path`,
      hint: 'processes in the background have another working directory: begin it with /',
    });
  }
  if (runtime !== '') return join(runtime, 'vm-tools/sim');
  return `/tmp/vm-tools-sim-${process.getuid?.() ?? 0}`;
}

/**
 * The folder of a simulated host.
 * @throws VmToolsError XEN_SIM_NAME, XEN_SIM_FOLDER_RELATIVE or XEN_SIM_FOLDER_LONG, of kind usage
 */
export function simFolder(name: string): string {
  if (!NAME.test(name)) {
    throw new VmToolsError({
      code: 'XEN_SIM_NAME',
      kind: 'usage',
      message: `"${name}" cannot be the name of a simulated host`,
      hint: 'use up to 32 letters, digits, - and _, such as sim:a',
    });
  }
  const folder = join(simBase(), name);
  if (Buffer.byteLength(join(folder, LONGEST_SOCKET)) > SOCKET_PATH_LIMIT) {
    throw new VmToolsError({
      code: 'XEN_SIM_FOLDER_LONG',
      kind: 'usage',
      message: `${folder} is too long: the path of a unix socket has ${SOCKET_PATH_LIMIT} bytes at most`,
      hint: 'set VM_TOOLS_SIM to a shorter path',
    });
  }
  return folder;
}
