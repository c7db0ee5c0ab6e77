import type { Log } from '@vm-tools/cli';
import { messageOf } from '@vm-tools/errors';
import { loadKoffi } from '@vm-tools/libc/koffi';

/** The messages to the service manager (sd_notify(3)); dropped where there is none. */
export interface Supervisor extends Disposable {
  /** It can be used now, and does what the text says. */
  ready(status: string): void;
  /** Its present work, for `systemctl status`. Sent only when it has changed. */
  status(text: string): void;
  /** It reads its configuration again, until `ready`. */
  reloading(): void;
  /** It takes no more work and comes to its end. */
  stopping(): void;
}

/** Between two signs of life, whatever was asked for: an interval of Node that is too long is none at all. */
const LONGEST_PAUSE_MS = 60_000;

type Send = (state: string) => void;

/**
 * Talks to the service manager that has set NOTIFY_SOCKET, and shows it every half WATCHDOG_USEC that the event loop
 * turns. Where it is not set, no library is loaded and nothing is sent.
 */
export async function openSupervisor(
  log: Log,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Supervisor> {
  const send = environment['NOTIFY_SOCKET'] ? await loadSend(log) : () => undefined;
  const timer = watchdog(send, environment);
  let said = '';
  const status = (text: string): void => {
    if (text !== said) send(`STATUS=${text}`);
    said = text;
  };
  return {
    status,
    ready(text) {
      send('READY=1');
      status(text);
    },
    // When it began tells systemd which READY belongs to it.
    reloading: () => send(`RELOADING=1\nMONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`),
    stopping: () => send('STOPPING=1'),
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

/** Node has no datagrams for unix sockets; where systemd is, its library is, too. */
async function loadSend(log: Log): Promise<Send> {
  try {
    const koffi = await loadKoffi();
    const notify = koffi
      .load('libsystemd.so.0')
      .func('int sd_notify(int unset_environment, const char *state)');
    return (state) => void notify(0, state);
  } catch (thrown) {
    log.warn(`systemd cannot be told anything: ${messageOf(thrown)}`);
    return () => undefined;
  }
}

function watchdog(send: Send, environment: NodeJS.ProcessEnv): NodeJS.Timeout | undefined {
  const { WATCHDOG_USEC: usec = '', WATCHDOG_PID: pid = String(process.pid) } = environment;
  const everyMs = Math.min(Math.floor(Number(usec) / 2000), LONGEST_PAUSE_MS);
  if (!(everyMs > 0) || Number(pid) !== process.pid) return undefined;
  send('WATCHDOG=1');
  return setInterval(() => send('WATCHDOG=1'), everyMs).unref();
}
