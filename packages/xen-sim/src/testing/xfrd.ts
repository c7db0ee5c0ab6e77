import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import type { TestHost } from './test-host.ts';

export interface RunningXfrd extends AsyncDisposable {
  /** e.g. "tls://127.0.0.1:40123" */
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
 * Starts xfrd on a free port of loopback. It is told to end when it is disposed of.
 *
 * @param transport for tls, the host must have an identity: `trustEachOther`
 */
export async function startXfrd(
  host: TestHost,
  options = '',
  transport: 'tcp' | 'tls' = 'tcp',
): Promise<RunningXfrd> {
  const endpoint = `${transport}://127.0.0.1:${await freePort()}`;
  const xfrd = host.spawn(`exec xfrd --listen ${endpoint} --json ${options}`);
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
