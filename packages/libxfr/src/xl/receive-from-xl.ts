import { messageOf, VmToolsError } from '@vm-tools/errors';
import { createLimiter, type Limiter } from '@vm-tools/ratelimit';
import type { Target } from '@vm-tools/ports';
import type { TransferSummary } from '../events.ts';
import type { TransferOptions } from '../options.ts';
import type { Connection } from '../protocol/connection.ts';
import { DEFAULT_TIMEOUTS, type TransferTimeouts } from '../protocol/timeouts.ts';
import { Attempt } from '../session/attempt.ts';
import { inContext, type ErrorContext } from '../session/error-context.ts';
import { ProgressReporter } from '../session/progress.ts';
import { warnOfLost } from '../session/warn-of-lost.ts';
import { abandonTarget } from '../target/abandon-target.ts';
import { XlLink } from './link.ts';
import { XL } from './messages.ts';

/** Options of a migration from a host that has only xl. */
export interface ReceiveFromXlOptions extends TransferOptions {
  readonly timeouts?: Partial<TransferTimeouts> | undefined;
}

/** What xl prints of a start that has failed: any byte but 0. */
const FAILED = Buffer.of(1);
const STARTED = Buffer.of(0);

/**
 * Takes a guest from `xl migrate`, in place of `xl migrate-receive`. Until xl says to go, any failure and any abort
 * leaves nothing of it here, and xl lets it run on at the source. Behind that word only xl's guarantees hold: it keeps
 * no journal; when the report does not reach it, the guest runs here, and stands still there under another name.
 *
 * @throws VmToolsError
 *   XFR_XL_HUNG_UP, XFR_PROTOCOL (peer); XFR_PEER_SILENT (timeout); INTERRUPTED (interrupted);
 *   and what the target rejects with: when it could not be started it is gone here, and xl is told to take it back
 */
export async function receiveFromXl(
  connection: Connection,
  target: Target,
  options: ReceiveFromXlOptions = {},
): Promise<TransferSummary> {
  const { limiter = createLimiter({ rate: Infinity }) } = options;
  using progress = new ProgressReporter(options.onEvent, options.clock);
  const context: ErrorContext = { side: 'target', progress };
  using attempt = new Attempt(options.signal, 'receiving the guest', context);
  const link = new XlLink(connection, { ...DEFAULT_TIMEOUTS, ...options.timeouts });
  try {
    await untilGo(link, target, { limiter, attempt, progress });
    return await start(link, target, progress);
  } catch (thrown) {
    throw inContext(thrown, context);
  } finally {
    link.close();
    await target.release?.();
  }
}

/** As far as it can be given up: when it fails, nothing of the guest is here. */
async function untilGo(
  link: XlLink,
  target: Target,
  {
    limiter,
    attempt,
    progress,
  }: { readonly limiter: Limiter; readonly attempt: Attempt; readonly progress: ProgressReporter },
): Promise<void> {
  const { signal } = attempt;
  try {
    signal.throwIfAborted();
    await link.say(XL.banner);
    progress.phase('receiving');
    const image = link.image({ limiter, signal, onBytes: (bytes) => progress.add(bytes) });
    await target.restore(image, { signal });
    signal.throwIfAborted();
    warnOfLost(progress, target.warnings);
    await link.say(XL.ready);
    await link.inTime(link.hear(XL.go, 'the word to go'), 'the word to go', signal);
  } catch (thrown) {
    link.abort(); // xl lets the guest run on where it is
    throw await giveBack(target, attempt.cause(thrown));
  }
}

/** The guest is this host's: from here on an abort is too late. */
async function start(link: XlLink, target: Target, progress: ProgressReporter): Promise<TransferSummary> {
  progress.phase('starting');
  let domid: number;
  try {
    ({ domid } = await target.start());
  } catch (thrown) {
    const failure = await giveBack(target, inContext(thrown, { side: 'target', progress }));
    const isGone = failure.leftovers.length === 0;
    try {
      await link.say(XL.report);
      await link.say(FAILED);
      // What may still be here must not run there.
      if (isGone) await link.say(XL.go);
    } catch (second) {
      throw failure.with({
        leftovers: [...failure.leftovers, `the source, which was not told: ${messageOf(second)}`],
      });
    }
    throw failure;
  }
  try {
    await link.say(XL.report);
    await link.say(STARTED);
  } catch (thrown) {
    progress.warn({
      code: 'XFR_W_LEFTOVER',
      message: `xl could not be told that the guest runs here: ${messageOf(thrown)}`,
      hint: 'destroy the suspended copy on the host that it came from, NAME--migratedaway; do not resume it',
    });
  }
  return progress.complete({ domid });
}

/** Removes what there is of the guest: it is the source's again, unless something of it stays here. */
async function giveBack(target: Target, failure: VmToolsError): Promise<VmToolsError> {
  const told = await abandonTarget(target, failure);
  const isGone = told === failure;
  return isGone && failure.guest === undefined
    ? failure.with({ guest: { state: 'still running on the source' } })
    : told;
}
