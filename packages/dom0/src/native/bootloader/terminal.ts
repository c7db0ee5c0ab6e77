import { closeSync, constants, openSync } from 'node:fs';
import { ReadStream } from 'node:tty';

/** A terminal that this process reads, for a program that draws a menu. */
export interface Terminal extends Disposable {
  /** the program's end of it */
  readonly fd: number;
  onText(listener: (text: string) => void): void;
  /** The program has its end by now. */
  started(): void;
}

/** @throws an error of the system, with its `code` */
export async function openTerminal(): Promise<Terminal> {
  const { loadLibc } = await import('@vm-tools/libc');
  const libc = await loadLibc();
  const master = openSync('/dev/ptmx', constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  let fd: number;
  try {
    fd = openSync(libc.unlockPty(master), constants.O_RDWR | constants.O_NOCTTY);
  } catch (thrown) {
    closeSync(master);
    throw thrown;
  }
  const stream = new ReadStream(master);
  stream.on('error', () => undefined); // the other end has been closed
  let isOpen = true;
  const started = (): void => {
    if (isOpen) closeSync(fd);
    isOpen = false;
  };
  return {
    fd,
    onText: (listener) => void stream.setEncoding('utf8').on('data', listener),
    started,
    [Symbol.dispose]() {
      started();
      stream.destroy();
    },
  };
}
