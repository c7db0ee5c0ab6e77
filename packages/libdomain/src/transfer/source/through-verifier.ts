import { addAbortListener } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { takeBytes } from '@vm-tools/ipc/calls';
import type { LibxcVerifier } from '@vm-tools/xen-stream';
import { write } from '../write.ts';

export interface ThroughVerifierOptions {
  readonly signal: AbortSignal;
  /** Told each time that a record of pages has gone by; of several at once once. */
  readonly onPageBatch: () => void;
}

/**
 * Leads bytes through a verifier into a sink that keeps nothing, and stays open: they lie in one buffer from the socket
 * of libxc to the sink, and no stream is between.
 */
export async function throughVerifier(
  bytes: Readable,
  verifier: LibxcVerifier,
  sink: Writable,
  { signal, onPageBatch }: ThroughVerifierOptions,
): Promise<void> {
  const giveUp = (error: unknown): void => void bytes.destroy(error as Error);
  using _ = addAbortListener(signal, () => giveUp(signal.reason));
  const onClosed = (): void => giveUp(sink.errored ?? new Error('its sink is closed'));
  sink.once('close', onClosed);
  try {
    if (sink.destroyed) onClosed();
    await takeBytes(bytes, async (piece) => {
      const { pageRecords } = verifier.counts;
      const checked: Buffer[] = [];
      verifier.pushAll(piece, (part) => void checked.push(part));
      if (verifier.counts.pageRecords > pageRecords) onPageBatch();
      if (checked.length > 0) await write(sink, ...checked);
    });
    verifier.finish();
  } catch (thrown) {
    giveUp(thrown);
    sink.destroy(thrown as Error);
    throw thrown;
  } finally {
    sink.off('close', onClosed);
  }
}
