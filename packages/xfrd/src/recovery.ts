import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '@vm-tools/errors';
import type { Log } from '@vm-tools/cli';
import { recoverTransfers } from '@vm-tools/libxfr';
import type { RecoveredTransfer, RecoveryOptions } from '@vm-tools/libxfr/recovery';
import { logFailure } from './log/log-failure.ts';

/** Between two tries to end what has not come to its end. */
const EVERY_MS = 60_000;
/** Recovery without a question to a peer is quick, unless something is wrong with a guest. */
const ALONE_MS = 30_000;
/** How long each peer is asked then: less than until it is asked again. */
const ASK_MS = 20_000;

export interface Recovery {
  /** Ends the transfers that need no answer of a peer: quick, and done before peers ask us. */
  alone(): Promise<void>;
  /** Asks for the rest, now and every minute, until the signal fires. */
  untilAborted(reconnect: RecoveryOptions['reconnect'], signal: AbortSignal): Promise<void>;
}

/**
 * Ends the transfers of this host whose processes have crashed, on whichever side of them it was. Each is logged when
 * something about it has changed.
 *
 * @param onStarted a guest may run here now that did not before
 */
export function recovery(
  log: Log,
  options: Pick<RecoveryOptions, 'journals' | 'finder'> & { readonly onStarted: () => void },
): Recovery {
  const said = new Map<string, string>();
  const sayOnce = (id: string, text: string, say: () => void): void => {
    if (said.get(id) === text) return;
    said.set(id, text);
    say();
  };

  const onRecovered = ({ before, after, error }: RecoveredTransfer): void => {
    const { id, guest, state, role } = before;
    const facts = { transfer: id, name: guest.name, from: state };
    if (after !== undefined && after.state !== state) {
      sayOnce(id, after.state, () => log.info('recovered', { ...facts, to: after.state }));
      if (role === 'target' && after.owner === 'here') options.onStarted();
    }
    if (error !== undefined)
      sayOnce(id, error.message, () => logFailure(log, error, { level: 'warn', facts }));
  };

  async function recover(more: Pick<RecoveryOptions, 'reconnect' | 'signal'>): Promise<void> {
    const { journals, finder } = options;
    const timeouts = { confirmMs: ASK_MS };
    const { damaged } = await recoverTransfers({ journals, finder, timeouts, onRecovered, ...more });
    for (const error of damaged) sayOnce(error.message, error.message, () => logFailure(log, error));
  }

  return {
    // One that takes longer goes on, holds its guest, and does not keep other guests from being received.
    alone: () => Promise.race([recover({}), delay(ALONE_MS, undefined, { ref: false })]),
    async untilAborted(reconnect, signal) {
      const rounds = new Set<Promise<void>>();
      while (!signal.aborted) {
        // Whatever is wrong with the journals or the host, guests can be received; and it may be right in a minute.
        const round = recover({ reconnect, signal })
          .catch((thrown: unknown) => {
            const message = messageOf(thrown);
            sayOnce('', message, () => log.error(message));
          })
          .finally(() => rounds.delete(round));
        // One that waits holds its guest, and so the next round is about the others.
        rounds.add(round);
        await delay(EVERY_MS, undefined, { signal }).catch(() => undefined);
      }
      await Promise.all(rounds);
    },
  };
}
