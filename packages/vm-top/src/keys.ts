import type { ReadStream } from 'node:tty';

const CTRL_C = 0x03;

/** Listens for q and Ctrl-C on a terminal, which no longer echoes meanwhile. Does nothing elsewhere. */
export function listenForEnd(
  input: Pick<ReadStream, 'on' | 'off' | 'pause'> & Partial<Pick<ReadStream, 'isTTY' | 'setRawMode'>>,
  onEnd: () => void,
): Disposable {
  if (input.isTTY !== true) return { [Symbol.dispose]: () => undefined };
  const onData = (bytes: Buffer): void => {
    if (bytes.includes(CTRL_C) || /q/i.test(bytes.toString())) onEnd();
  };
  input.setRawMode?.(true);
  input.on('data', onData);
  input.on('end', onEnd);
  return {
    [Symbol.dispose]: () => {
      input.off('data', onData).off('end', onEnd);
      input.pause();
      input.setRawMode?.(false);
    },
  };
}
