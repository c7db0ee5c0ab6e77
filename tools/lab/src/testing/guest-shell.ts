import { randomUUID } from 'node:crypto';
import type { LabHost } from '../host/lab-host.ts';
import { labError } from '../local/lab-error.ts';

/** Where a Linux guest with a network card has its shell; guests/linux/devices.sh. */
const shellPort = 7000;

const connectLimitSeconds = 20;

export interface GuestShell {
  /**
   * Runs a line of shell in the guest, as its root; any exit status but zero is a failure.
   *
   * @returns what it wrote to stdout
   */
  run(line: string, options?: { readonly timeoutMs?: number }): Promise<string>;
}

/**
 * The shell that a Linux guest with a network card offers over TCP, once its console says `DEVS`.
 *
 * @param host whose dom0 connects to it; the guest may be on the other host
 * @param address of the guest, `gip=` on its command line
 */
export function guestShell(host: LabHost, address: string): GuestShell {
  return {
    async run(line, { timeoutMs = 60_000 } = {}) {
      const mark = `end-${randomUUID()}`;
      const script = `(\n${line}\n) </dev/null 2>/tmp/${mark}\necho "${mark} $?"\ncat /tmp/${mark}\nrm /tmp/${mark}\n`;
      const output = await host.run(connectToShell(address, timeoutMs), { input: script, timeoutMs });
      const [, stdout, status, stderr] =
        new RegExp(`^([^]*)${mark} (\\d+)\\n([^]*)$`).exec(output) ?? failed('its connection broke', output);
      if (status !== '0') failed(`it failed with status ${status ?? ''}`, stderr);
      return stdout ?? '';

      function failed(how: string, said: string | undefined): never {
        throw labError({ code: 'GUEST', message: `${line} in guest ${address}: ${how}\n${said ?? ''}` });
      }
    },
  };
}

/**
 * The command that joins its stdin and stdout with the shell.
 *
 * @param answerMs how long it waits for the rest of the answer after its stdin has ended
 */
export function connectToShell(address: string, answerMs = 0): string[] {
  const tcp = `TCP:${address}:${shellPort},connect-timeout=${connectLimitSeconds}`;
  return ['socat', '-t', String(answerMs / 1000), '-', tcp];
}
