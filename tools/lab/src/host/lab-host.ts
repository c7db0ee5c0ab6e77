import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecResult } from '../local/child.ts';
import { interactiveSession } from './connection.ts';
import type { Address } from './connection.ts';
import { getThrough, lend, putThrough } from './exchange.ts';
import { RELEASES } from '../images/releases.ts';
import type { Release } from '../images/releases.ts';
import type { HostName } from '../machine/host-name.ts';
import { labError } from '../local/lab-error.ts';
import { exchangeOf } from '../local/layout.ts';
import { killMachine, machineRuns } from '../machine/machine.ts';
import { execRemotely } from './remote-exec.ts';
import type { ExecOptions } from './remote-exec.ts';
import { spawnRemotely } from './remote-process.ts';
import type { RemoteCommand, RemoteProcess, SpawnOptions } from './remote-process.ts';
import { shellWords } from '../local/shell-words.ts';
import { waitForText } from './wait-for-text.ts';
import type { WaitOptions } from './wait-for-text.ts';

/** One Xen host of a running lab. */
export interface LabHost {
  readonly name: HostName;
  readonly release: Release;
  /** The version of its Xen: "4.17". */
  readonly xen: string;
  /** Folder with `serial.log` of Xen and dom0, `console/guest-NAME.log` and xl's logs, all of them live. */
  readonly logs: string;
  /** Runs a command as root in dom0; any exit status is a result. */
  exec(command: RemoteCommand, options?: ExecOptions): Promise<ExecResult>;
  /** The same where any exit status but zero is a failure; gives what the command wrote to stdout. */
  run(command: RemoteCommand, options?: ExecOptions): Promise<string>;
  /** Starts a command that is talked to, or signalled, while it runs. */
  spawn(command: RemoteCommand, options?: SpawnOptions): RemoteProcess;
  /** Runs a command with this process's own streams and terminal; an empty one is a shell. Gives its exit status. */
  interact(command: RemoteCommand): Promise<number>;
  /** All that the guest has written to its console on this host, as long as the host has been up. */
  readConsole(guest: string): Promise<string>;
  /** Waits for something on the guest's console; `from` counts characters of `readConsole`. */
  waitForConsole(guest: string, pattern: RegExp, options?: WaitOptions): Promise<RegExpMatchArray>;
  /** Copies a file or folder to the host. */
  put(localPath: string, remotePath: string): Promise<void>;
  /** Copies a file or folder from the host. */
  get(remotePath: string, localPath: string): Promise<void>;
  /** Puts the vm-tools of a bundle in place of those that the host has. */
  installBundle(folder: string): Promise<void>;
  /** Cuts its power. */
  kill(): Promise<void>;
}

interface HostInit {
  readonly lab: string;
  readonly address: Address;
  readonly pid: number;
  readonly release: Release;
  readonly logs: string;
}

const lostConnection = 255;
const copyLimitMs = 600_000;

export function labHost({ lab, address, pid, release, logs }: HostInit): LabHost {
  const name = address.host;

  const exec: LabHost['exec'] = async (command, options) => {
    const result = await execRemotely(address, command, options);
    if (result.code === lostConnection && !(await machineRuns(lab, name, pid))) {
      throw labError({ code: 'HOST_DEAD', message: `host ${name} is down`, logs });
    }
    return result;
  };
  const run: LabHost['run'] = async (command, options) => {
    const { code, stdout, stderr } = await exec(command, options);
    if (code === 0) return stdout;
    const line = typeof command === 'string' ? command : shellWords(command);
    const message = `${line} failed with status ${code} on host ${name}`;
    throw labError({ code: 'REMOTE', message, command: line, exitCode: code, stderr, logs });
  };
  const exchange = {
    local: exchangeOf(lab, name),
    run: (command: readonly string[]) => run(command, { timeoutMs: copyLimitMs }),
  };
  // xl receives a migration under a provisional name, and that is the name which xenconsoled sees.
  const consoles = (guest: string): string[] =>
    [guest, `${guest}--incoming`].map((domain) => join(logs, 'console', `guest-${domain}.log`));

  return {
    name,
    release,
    xen: RELEASES[release].xen,
    logs,
    exec,
    run,
    spawn: (command, options) => spawnRemotely(address, command, options),
    interact: (command) =>
      interactiveSession(address, typeof command === 'string' ? command : shellWords(command)),
    async readConsole(guest) {
      const texts = consoles(guest).map((path) => readFile(path, 'utf8').catch(() => ''));
      return (await Promise.all(texts)).join('');
    },
    waitForConsole: (guest, pattern, options) =>
      waitForText(consoles(guest), pattern, `console of ${guest} on host ${name}`, options),
    put: (localPath, remotePath) => putThrough(exchange, localPath, remotePath),
    get: (remotePath, localPath) => getThrough(exchange, remotePath, localPath),
    installBundle: (folder) => lend(exchange, folder, (lent) => run(['/lab/install-bundle.sh', lent])),
    kill: () => killMachine(lab, name, pid),
  };
}
