import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import { VmToolsError, messageOf } from '@vm-tools/errors';
import { loadLibc } from '@vm-tools/libc';

/** Two ends of a line: guests are at this one, the process that opens `path` is at the other. */
export interface Pty extends Disposable {
  /** e.g. "/dev/pts/7" */
  readonly path: string;
  /**
   * Takes as much as there is room for, which is some 20 KiB while the other end does not read.
   * @returns how many bytes that was
   */
  write(bytes: Uint8Array): number;
  onData(listener: (bytes: Buffer) => void): void;
}

const OPEN_FLAGS = constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK;
/** Loads the libraries that the first pty would have to wait for. Jest allows no loading between two tests. */
export async function preparePtys(): Promise<void> {
  await loadLibc();
}

/**
 * Makes a raw pseudo-terminal. Its other end is held open here as well, as xenconsoled does it, so that it outlives the
 * processes that come and go there.
 *
 * @throws VmToolsError XEN_SIM_PTY
 */
export async function openPty(): Promise<Pty> {
  let master: number | undefined;
  let slave: number | undefined;
  try {
    const libc = await loadLibc();
    master = openSync('/dev/ptmx', OPEN_FLAGS);
    const path = libc.unlockPty(master);
    slave = openSync(path, constants.O_RDWR | constants.O_NOCTTY);
    libc.makeRaw(slave);
    return makePty(path, master, slave);
  } catch (cause) {
    if (slave !== undefined) closeSync(slave);
    if (master !== undefined) closeSync(master);
    throw new VmToolsError({
      code: 'XEN_SIM_PTY',
      message: `cannot make a pty: ${messageOf(cause)}`,
      hint: 'see how many there may be: /proc/sys/kernel/pty/max',
      cause,
    });
  }
}

function makePty(path: string, master: number, slave: number): Pty {
  const stream = new ReadStream(master);
  stream.on('error', () => undefined); // the end of it is the end of the domain, which is told otherwise
  return {
    path,
    // Not through the stream: libuv never reopens a master, and writes to what it has not opened block the process.
    write(bytes) {
      try {
        return writeSync(master, bytes);
      } catch (thrown) {
        if ((thrown as NodeJS.ErrnoException).code === 'EAGAIN') return 0;
        throw thrown;
      }
    },
    onData: (listener) => void stream.on('data', listener),
    [Symbol.dispose]() {
      closeSync(slave);
      stream.destroy();
    },
  };
}
