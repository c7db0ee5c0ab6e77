import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import type { LabHost } from '../host/lab-host.ts';
import { labError } from '../local/lab-error.ts';
import { connectToShell } from './guest-shell.ts';

/** What has become of a connection. */
export interface ConnectionReport {
  /** how far the guest has counted on it */
  readonly counted: number;
  /** the longest time between two counts, by the clock of dom0, ms; the guest itself leaves a little over 100 */
  readonly longestGapMs: number;
  /** whether counts came after the report was asked for, and none was ever missing */
  readonly survived: boolean;
}

/** One TCP connection on which a guest counts every 100 ms. */
export interface CountingConnection extends AsyncDisposable {
  /** Waits for a second's worth of further counts, `timeoutMs` at most, so that a gap of this moment is in it. */
  report(options?: { readonly timeoutMs?: number }): Promise<ConnectionReport>;
}

const counting = 'i=0; while echo $((i = i + 1)); do sleep 0.1; done\n';
const secondOfCounts = 10;
const firstCountLimitMs = 60_000;

/**
 * Opens a connection to a Linux guest with a network card and lets it count there, until the connection is disposed of.
 * It resolves when the guest has begun. The guest may move to the other host meanwhile.
 *
 * @param host whose dom0 has the other end
 * @param address of the guest, `gip=` on its command line
 */
export async function countingConnection(host: LabHost, address: string): Promise<CountingConnection> {
  const child = host.spawn(`${connectToShell(address).join(' ')} | exec /lab/gaps`);
  const said = text(child.stderr);
  child.stdin.write(counting);
  let counted = 0;
  let longestGapMs = 0;
  let complete = true;
  const lines = createInterface(child.stdout);
  lines.on('line', (line) => {
    const [number = 0, gapMs = 0] = line.split(' ').map(Number);
    complete &&= number === counted + 1;
    counted = number;
    longestGapMs = Math.max(longestGapMs, gapMs);
  });

  /** Whether the guest counts `more` times in time. */
  async function counts(more: number, timeoutMs: number): Promise<boolean> {
    const limit = AbortSignal.timeout(timeoutMs);
    const ended = child.exited.then(() => false);
    const goal = counted + more;
    const reached = async (): Promise<boolean> => {
      while (counted < goal) await once(lines, 'line', { signal: limit });
      return true;
    };
    return Promise.race([ended, reached().catch(() => false)]);
  }
  async function end(): Promise<void> {
    await child.kill('SIGTERM').catch(() => undefined); // it may have ended by itself
    await child.exited;
  }

  if (!(await counts(1, firstCountLimitMs))) {
    await end();
    throw labError({ code: 'GUEST', message: `guest ${address} does not count`, stderr: await said });
  }
  return {
    async report({ timeoutMs = 60_000 } = {}) {
      const survived = (await counts(secondOfCounts, timeoutMs)) && complete;
      return { counted, longestGapMs, survived };
    },
    [Symbol.asyncDispose]: end,
  };
}
