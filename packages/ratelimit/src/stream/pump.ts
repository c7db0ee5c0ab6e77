import { messageOf, throwIfAborted, VmToolsError } from '@vm-tools/errors';
import { createLimiter } from '../limiter/create-limiter.ts';
import { sliceBytes, type Limiter } from '../limiter/limiter.ts';
import { openFdSink, type FdSink } from './fd-sink.ts';
import { openFdSource, type FdSource } from './fd-source.ts';

/** The limiter of a pump, the signal that ends it, and the observer of its bytes. */
export interface PumpOptions {
  /** @default no limit */
  readonly limiter?: Limiter | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Is shown all bytes after they were written, to count or to hash; the view is good only during the call. */
  readonly onBytes?: ((bytes: Uint8Array) => void) | undefined;
}

/**
 * Moves bytes from one file descriptor to another until the source ends, no faster than the limiter allows: off the
 * stream machinery, through one buffer that is reused. It reads and writes at the descriptors' own positions.
 *
 * Pipes and sockets become the pump's own: it closes them, however it ends, and no other code may use them meanwhile.
 * Files and devices stay open, for a header before and a trailer behind.
 *
 * @returns how many bytes were moved
 * @throws VmToolsError PUMP_READ or PUMP_WRITE (of kind resource when the disk is full), INTERRUPTED
 */
export async function pump(sourceFd: number, sinkFd: number, options: PumpOptions = {}): Promise<number> {
  const { signal } = options;
  const source = await failingAs('PUMP_READ', () => openFdSource(sourceFd));
  const sink = await failingAs('PUMP_WRITE', () => openFdSink(sinkFd)).catch((thrown: unknown) => {
    source.close();
    throw thrown;
  });
  const close = (): void => {
    source.close();
    sink.close();
  };
  signal?.addEventListener('abort', close, { once: true });
  try {
    return await move(source, sink, options);
  } catch (thrown) {
    throwIfAborted(signal, WHAT); // whatever broke when the descriptors were closed under it
    throw thrown;
  } finally {
    signal?.removeEventListener('abort', close);
    close();
  }
}

const WHAT = 'pumping bytes from one descriptor to another';

async function move(
  source: FdSource,
  sink: FdSink,
  { limiter = createLimiter({ rate: Infinity }), signal, onBytes }: PumpOptions,
): Promise<number> {
  throwIfAborted(signal, WHAT);
  for (let moved = 0; ;) {
    const chunk = await failingAs('PUMP_READ', () => source.next());
    throwIfAborted(signal, WHAT); // a closed source looks like one that has ended
    if (chunk === undefined) {
      await failingAs('PUMP_WRITE', () => sink.end());
      throwIfAborted(signal, WHAT);
      return moved;
    }
    for (let offset = 0; offset < chunk.length;) {
      const slice = chunk.subarray(offset, offset + sliceBytes(limiter));
      if (limiter.burst !== Infinity) await limiter.take(slice.length, signal);
      await failingAs('PUMP_WRITE', () => sink.write(slice));
      onBytes?.(slice);
      offset += slice.length;
      moved += slice.length;
    }
  }
}

async function failingAs<T>(code: 'PUMP_READ' | 'PUMP_WRITE', work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    const { code: errno } = thrown as NodeJS.ErrnoException;
    const isFull = errno === 'ENOSPC' || errno === 'EDQUOT';
    throw new VmToolsError({
      code,
      kind: isFull ? 'resource' : 'failure',
      message: `cannot ${code === 'PUMP_READ' ? 'read from the source' : 'write to the sink'}: ${messageOf(thrown)}`,
      ...(isFull ? { hint: 'free some space there, or choose another place' } : {}),
      cause: thrown,
      details: { errno },
    });
  }
}
