import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import type { Random } from '@vm-tools/fuzz/random';
import { patient } from '@vm-tools/ratelimit/testing';
import type { Deed } from './deed.ts';

/** The outcome of a command. */
export interface Done {
  readonly line: string;
  readonly host: string;
  /** its exit status; undefined when it was killed */
  readonly status: number | undefined;
  readonly code: string | undefined;
  /** what is wrong with the way in which it ended */
  readonly problem: string | undefined;
}

/** No command may take so long; what hangs is a defect. */
const HANG_MS = patient(90_000);
const MOST_LINES = 12;
/** Every status of docs/errors.md. */
const STATUSES = new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 124, 130]);

/**
 * Runs it, and in one case of five kills it, when it has said so many lines: that is at another moment for each number
 * and at the same one on every machine. A kill takes the helper with it, or leaves it an orphan.
 */
export async function runDeed(deed: Deed, random: Random): Promise<Done> {
  const killAt = random.oneIn(5) ? random.below(MOST_LINES) : undefined;
  const running = deed.host.test.spawn(`exec ${deed.line} --json`);
  running.stdin.end();
  deed.begun?.();
  const killed = new AbortController();
  const late = new AbortController();
  const kill = (why: AbortController): void => {
    why.abort();
    void running.kill('SIGKILL');
  };
  let heard = 0;
  let said = '';
  if (killAt === 0) kill(killed);
  createInterface({ input: running.stderr }).on('line', (line) => {
    said += `${line}\n`;
    heard += 1;
    if (heard === killAt) kill(killed);
  });
  const limit = setTimeout(() => kill(late), HANG_MS);
  const [status, stdout] = await Promise.all([running.exited, text(running.stdout)]).finally(() =>
    clearTimeout(limit),
  );
  const [wasKilled, hangs] = [killed.signal.aborted, late.signal.aborted];
  if (deed.ends !== undefined && (status === 0 || wasKilled || hangs)) deed.ends.mayBeGone = true;
  const problem = hangs
    ? `it did not end within ${HANG_MS / 1000} s: ${said}`
    : wasKilled
      ? undefined
      : wrongEnd(status, stdout, said);
  return {
    line: deed.line,
    host: deed.host.name,
    status: wasKilled ? undefined : status,
    code: codeOf(stdout),
    problem,
  };
}

function wrongEnd(status: number, stdout: string, stderr: string): string | undefined {
  const all = `${stdout}${stderr}`;
  if (/^\s+at .*:\d+:\d+\)?$/m.test(stderr)) return `a stack trace: ${all}`;
  if (!STATUSES.has(status)) return `status ${status}: ${all}`;
  if (status !== 0 && codeOf(stdout) === undefined) return `status ${status} without an error: ${all}`;
  return undefined;
}

function codeOf(stdout: string): string | undefined {
  try {
    const { error } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { error?: { code: string } };
    return error?.code;
  } catch {
    return undefined;
  }
}
