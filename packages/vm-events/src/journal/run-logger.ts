import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { messageOf, Timer, VmToolsError } from '@vm-tools/errors';
import { shown } from '@vm-tools/words';
import { helperEnvironment } from '@vm-tools/xc-native/environment';

/** journald takes an entry in a moment, unless its disk hangs. */
const LIMIT_MS = 10_000;
const LAST_WORDS = 500;

/**
 * Hands an entry to the journal: Node has no sockets of the kind that journald reads, and util-linux, which every
 * Debian has, comes with a program for it. It takes one entry and ends.
 *
 * @throws VmToolsError LOGGER_MISSING, LOGGER_FAILED
 */
export async function runLogger(entry: string, limitMs = LIMIT_MS): Promise<void> {
  const child = spawn('logger', ['--journald'], {
    // A group of its own: Ctrl-C is for vm-events, which ends behind this entry.
    detached: true,
    // Of a longer alphabet, logger would take more than blanks for blanks.
    env: { ...helperEnvironment(), LC_ALL: 'C' },
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (words = (words + text).slice(-LAST_WORDS)));
  child.stdin.on('error', () => undefined); // it has ended before it has read all: its exit status says why
  child.stdin.end(entry);
  const late = new AbortController();
  using _ = new Timer(limitMs, () => {
    late.abort();
    if (child.pid !== undefined) killGroup(child.pid);
  });
  let code: number | null;
  try {
    [code] = (await once(child, 'close')) as [number | null];
  } catch (thrown) {
    throw missing(thrown);
  }
  if (late.signal.aborted) throw failed(`did not end within ${limitMs / 1000} s`);
  if (code !== 0) throw failed(shown(words.trim()) || `ended with ${code ?? 'a signal'}`);
}

/** What it has started would keep its stderr open. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended in this moment.
  }
}

function missing(thrown: unknown): VmToolsError {
  return new VmToolsError({
    code: 'LOGGER_MISSING',
    message: `logger, which writes to the journal, cannot be started: ${messageOf(thrown)}`,
    hint: 'install bsdutils, in which it is, and see that PATH has its folder',
    cause: thrown,
  });
}

function failed(why: string): VmToolsError {
  return new VmToolsError({
    code: 'LOGGER_FAILED',
    message: `logger, which writes to the journal: ${why}`,
    hint: 'see whether "echo MESSAGE=hello | logger --journald" works, and "systemctl status systemd-journald"',
  });
}
