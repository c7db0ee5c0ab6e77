import { VmToolsError } from '@vm-tools/errors';
import { SIGNAL_EXIT, type EndingSignal } from './command/exit-codes.ts';

/** `process`, or what stands for it in a test. */
export interface SignalSource {
  on(signal: EndingSignal, listener: () => void): unknown;
  off(signal: EndingSignal, listener: () => void): unknown;
}

export interface Interruption extends Disposable {
  /** The first signal that came. */
  readonly received: EndingSignal | undefined;
  /** From now on SIGHUP ends nothing and means what it means to daemons. */
  onHangup(listener: () => void): void;
}

/**
 * The first signal aborts, and the running action undoes what it began. The second one means that the user will not
 * wait for that.
 */
export function listenForInterruption(
  source: SignalSource,
  {
    abort,
    onFirst,
    onSecond,
  }: {
    abort: (reason: VmToolsError) => void;
    onFirst: (signal: EndingSignal) => void;
    onSecond: (signal: EndingSignal) => void;
  },
): Interruption {
  let received: EndingSignal | undefined;
  let hangup: (() => void) | undefined;
  const listeners = (Object.keys(SIGNAL_EXIT) as EndingSignal[]).map((signal) => {
    const listener = (): void => {
      if (signal === 'SIGHUP' && hangup !== undefined) {
        hangup();
        return;
      }
      if (received !== undefined) {
        onSecond(signal);
        return;
      }
      received = signal;
      onFirst(signal);
      abort(
        new VmToolsError({ code: 'INTERRUPTED', kind: 'interrupted', message: `interrupted by ${signal}` }),
      );
    };
    source.on(signal, listener);
    return { signal, listener };
  });
  return {
    get received() {
      return received;
    },
    onHangup: (listener) => void (hangup = listener),
    [Symbol.dispose]: () => {
      for (const { signal, listener } of listeners) source.off(signal, listener);
    },
  };
}
