import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { HostName } from '../machine/host-name.ts';
import { labError } from '../local/lab-error.ts';

/** How to reach a host's sshd. */
export interface Address {
  readonly host: HostName;
  /** The lab's folder: ssh runs there, so that the path of its socket stays short. */
  readonly directory: string;
  readonly key: string;
  readonly port: number;
}

const connectLimitMs = 60_000;

function options({ host, key, port }: Address): string[] {
  const settings = {
    ControlPath: `${host}.ssh`,
    Port: port,
    IdentityFile: key,
    IdentitiesOnly: 'yes',
    BatchMode: 'yes',
    ConnectTimeout: 20,
    StrictHostKeyChecking: 'no',
    UserKnownHostsFile: '/dev/null',
    LogLevel: 'ERROR',
    // The cheapest for an emulated processor.
    KexAlgorithms: 'curve25519-sha256',
    Ciphers: 'aes128-ctr',
    MACs: 'umac-64-etm@openssh.com',
  };
  return ['-F', 'none', ...Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`])];
}

/** Opens the connection that everything else shares; it ends with the host. */
export async function connect(address: Address, signal?: AbortSignal): Promise<void> {
  const log = openSync(join(address.directory, `${address.host}.ssh.log`), 'a');
  const limit = AbortSignal.timeout(connectLimitMs);
  try {
    const ssh = spawn('ssh', [...options(address), '-M', '-N', '-f', 'root@127.0.0.1'], {
      cwd: address.directory,
      // It lives on in the background: a pipe to it would never close.
      stdio: ['ignore', 'ignore', log],
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    });
    const [code] = (await once(ssh, 'exit')) as [number | null];
    if (code !== 0) throw labError({ code: 'CONNECT', message: `no ssh connection to host ${address.host}` });
  } finally {
    closeSync(log);
  }
}

/** A command on the host, as the shell there shall read it. */
export function openSession(
  address: Address,
  command: string,
  { tty = false }: { readonly tty?: boolean } = {},
): ChildProcessByStdio<Writable, Readable, Readable> {
  const args = [...options(address), tty ? '-tt' : '-T', 'root@127.0.0.1', command];
  return spawn('ssh', args, { cwd: address.directory, stdio: ['pipe', 'pipe', 'pipe'] });
}

/** A command on the host that has this process's own streams, and a terminal if they are one. */
export async function interactiveSession(address: Address, command: string): Promise<number> {
  const args = [...options(address), process.stdin.isTTY ? '-t' : '-T', 'root@127.0.0.1', command];
  const ssh = spawn('ssh', args, { cwd: address.directory, stdio: 'inherit' });
  const [code] = (await once(ssh, 'exit')) as [number | null];
  return code ?? 255;
}
