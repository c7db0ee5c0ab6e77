import type { VmToolsError } from '@vm-tools/errors';
import { knownTransfer, type KnownTransfer } from '../journal/known-transfer.ts';
import { asVmToolsError } from '../protocol/remote-error.ts';
import type { RecoveryOptions } from './options.ts';
import { resolveTransfer } from './resolve-transfer.ts';

/** The outcome of one. */
export interface RecoveredTransfer {
  readonly before: KnownTransfer;
  /** undefined when it could not be brought any further */
  readonly after: KnownTransfer | undefined;
  /** why not */
  readonly error: VmToolsError | undefined;
}

/**
 * Brings all transfers of this host to their end, as far as that can be done now: for a daemon when it starts, before
 * it listens, and again from time to time. Those on which a living process works are left alone. Old journals that have
 * ended are removed.
 */
export async function recoverTransfers(
  options: RecoveryOptions & {
    /** called for each as soon as it has finished, whatever the others wait for */
    readonly onRecovered?: ((recovered: RecoveredTransfer) => void) | undefined;
  },
): Promise<{
  readonly transfers: readonly RecoveredTransfer[];
  /** journals that cannot be read */
  readonly damaged: readonly VmToolsError[];
}> {
  const { records, damaged } = await options.journals.list();
  const open = records.filter(({ isEnded }) => !isEnded).map(knownTransfer);
  await options.journals.prune();
  // Each may have to wait for a peer of its own.
  const recovered = await Promise.all(
    open.map(async (before) => {
      const one = await recoverOne(before, options);
      if (one.error?.code === 'XFR_GUEST_BUSY') return [];
      options.onRecovered?.(one);
      return [one];
    }),
  );
  return { transfers: recovered.flat(), damaged };
}

async function recoverOne(before: KnownTransfer, options: RecoveryOptions): Promise<RecoveredTransfer> {
  try {
    return { before, after: await resolveTransfer(before.id, options), error: undefined };
  } catch (thrown) {
    return { before, after: undefined, error: asVmToolsError(thrown) };
  }
}
