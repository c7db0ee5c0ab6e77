import { ensureMonitor, type Invocation, type Outcome } from '@vm-tools/cli';
import { startReceiving, type Connection, type TransferEvent } from '@vm-tools/libxfr';
import { serveTransfer } from '@vm-tools/libxfr/control';
import { descriptorConnection, formatAddress } from '@vm-tools/libxfr/transport';
import type { Session } from '@vm-tools/libxfr/types';
import { messageOf } from '@vm-tools/errors';
import { isIP } from 'node:net';
import { Bandwidth } from './bandwidth.ts';
import { readSettings } from './config/settings.ts';
import { logEvent } from './log/log-event.ts';
import type { ServeInput } from './options.ts';
import type { ServiceEnded } from './result.ts';
import { openReceiver } from './receiver.ts';

/** Serves the one peer at stdin and stdout: what `vm-migrate DOMAIN ssh://HOST` starts on the other host. */
export async function serveStdio(invocation: Invocation<ServeInput>): Promise<Outcome<ServiceEnded>> {
  const { signal } = invocation;
  invocation.claimStdout('bytes'); // it belongs to the peer: the result goes to stderr
  const settings = await readSettings(invocation);
  const { log, makeTarget, where, journals } = await openReceiver(invocation);
  const connection = fromStdio(process.env['SSH_CONNECTION']);
  using bandwidth = new Bandwidth(settings.bandwidth);
  using paced = bandwidth.enter(connection.peer);
  let session: Session = { session: 1, peer: connection.peer };
  const onEvent = (event: TransferEvent): void => logEvent(log, { type: 'transfer', ...session, event });
  logEvent(log, { type: 'connected', ...session });
  const transfer = startReceiving(
    connection,
    ({ name }, transfer) => {
      session = { ...session, transfer, name };
      return makeTarget();
    },
    {
      limiter: paced.limiter,
      rate: paced.rate,
      journals,
      where,
      signal,
      onEvent,
      timeouts: settings.timeouts,
    },
  );
  await using _ = serveTransfer(invocation.root, transfer, (thrown) =>
    log.warn(`vm-migrate cancel and set do not reach it: ${messageOf(thrown)}`),
  );
  const summary = await transfer.result;
  if (summary !== undefined) await ensureMonitor(invocation);
  return { value: { state: 'ended', ...summary } };
}

/**
 * sshd gives the address of the caller that it has let in; when that host must be asked again, its own xfrd may listen
 * there.
 */
function fromStdio(sshConnection = ''): Connection {
  const [host = '', port] = sshConnection.split(' ');
  const connection = descriptorConnection({ read: 0, write: 1 });
  if (isIP(host) === 0) return connection;
  const peer = formatAddress(host, Number(port));
  return { ...connection, peer, address: `tls://${peer}` };
}
