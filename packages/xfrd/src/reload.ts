import type { Log } from '@vm-tools/cli';
import type { Trust } from '@vm-tools/trust';
import { isDeepStrictEqual } from 'node:util';
import type { Settings } from './config/settings.ts';
import { logFailure } from './log/log-failure.ts';

/** The parts that can be changed while it runs. */
export interface Reloadable {
  readonly trust: Trust | undefined;
  /** Lets those settings hold that can be changed, and the identity. */
  readonly apply: (settings: Settings) => void;
  readonly log: Log;
}

/** The settings that hold from the start of a process to its end. */
const FIXED = ['listen', 'timeouts', 'metrics', 'user'] as const satisfies readonly (keyof Settings)[];

/**
 * Reads the configuration and the identity again. When either is no good, all stays as it was; transfers under way are
 * not touched but for their rates. Known peers and their rules need no such call: they are looked up each time.
 *
 * @param before what the process was started with
 */
export async function reload(
  readAgain: () => Promise<Settings>,
  before: Settings,
  { trust, apply, log }: Reloadable,
): Promise<void> {
  try {
    const settings = await readAgain();
    await trust?.reload();
    apply(settings);
    log.info('reloaded', { fingerprint: trust?.identity.fingerprint });
    const changed = FIXED.filter((key) => !isDeepStrictEqual(settings[key], before[key]));
    if (changed.length > 0) log.warn(`${changed.join(', ')}: changed in the file, and holds after a restart`);
  } catch (thrown) {
    logFailure(log, thrown, { what: 'not reloaded' });
  }
}
