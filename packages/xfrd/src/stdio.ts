import { ensureMonitor, type Invocation, type Outcome } from '@vm-tools/cli';
import {
  descriptorConnection,
  formatAddress,
  receiveFromPeer,
  type Connection,
  type TransferEvent,
} from '@vm-tools/libxfr';
import { isIP } from 'node:net';
import { logEvent } from './log-event.ts';
import type { ServeInput } from './options.ts';
import { openReceiver } from './receiver.ts';

/** Serves the one peer at stdin and stdout: what `vm-migrate DOMAIN ssh://HOST` starts on the other host. */
export async function serveStdio(invocation: Invocation<ServeInput>): Promise<Outcome> {
  const { signal } = invocation;
  invocation.claimStdout('bytes'); // it belongs to the peer: the result goes to stderr
  const { log, makeTarget, ...options } = await openReceiver(invocation);
  const connection = fromStdio(process.env['SSH_CONNECTION']);
  const session = { session: 1, peer: connection.peer };
  const onEvent = (event: TransferEvent): void => logEvent(log, { type: 'transfer', ...session, event });
  logEvent(log, { type: 'connected', ...session });
  const summary = await receiveFromPeer(connection, makeTarget, { ...options, signal, onEvent });
  if (summary !== undefined) await ensureMonitor(invocation);
  return { value: { state: 'ended', ...summary } };
}

/** sshd says whom it has let in; should he have to be asked again, an xfrd of his may listen there. */
function fromStdio(sshConnection = ''): Connection {
  const [host = '', port] = sshConnection.split(' ');
  const connection = descriptorConnection({ read: 0, write: 1 });
  if (isIP(host) === 0) return connection;
  const peer = formatAddress(host, Number(port));
  return { ...connection, peer, address: `tls://${peer}` };
}
