import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestHost } from './test-host.ts';

export interface RunningXfrd extends AsyncDisposable {
  /** e.g. "unix:///tmp/xfrd-…" or "tls://127.0.0.1:40123" */
  readonly endpoint: string;
  /** Its exit status. */
  readonly exited: Promise<number>;
  /** All that it has logged, a line of JSON each. */
  log(): string;
  /** Ends it at once. */
  kill(): Promise<void>;
  signal(signal: NodeJS.Signals): Promise<void>;
}

/**
 * Starts xfrd on a socket of its own, or on a free port of loopback. It is told to end when it is disposed of.
 *
 * @param transport for tls the host must have an identity: `trustEachOther`; for tcp it is told --insecure, and
 *   vm-migrate must be, too
 */
export async function startXfrd(
  host: TestHost,
  options = '',
  transport: 'unix' | 'tcp' | 'tls' = 'unix',
): Promise<RunningXfrd> {
  const socket = join(tmpdir(), `xfrd-${randomUUID()}`);
  const endpoint = `${transport}://${transport === 'unix' ? socket : `127.0.0.1:${await freePort()}`}`;
  const insecure = transport === 'tcp' ? '--insecure' : '';
  const xfrd = host.spawn(`exec xfrd --listen ${endpoint} --json ${insecure} ${options}`);
  let log = '';
  xfrd.stdout.setEncoding('utf8').on('data', (chunk: string) => (log += chunk));
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: xfrd.stderr }).on('line', (line) => {
      log += `${line}\n`;
      if (line.includes('"listening on ')) resolve();
    });
    void xfrd.exited.then((status) => reject(new Error(`xfrd ended with ${status}: ${log}`)));
  });
  return {
    endpoint,
    exited: xfrd.exited,
    log: () => log,
    signal: (signal) => xfrd.kill(signal),
    kill: async () => {
      await xfrd.kill('SIGKILL');
      await xfrd.exited;
      await rm(socket, { force: true });
    },
    [Symbol.asyncDispose]: async () => {
      await xfrd.kill('SIGTERM');
      await xfrd.exited;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await once(server.close(), 'close');
  return port;
}
