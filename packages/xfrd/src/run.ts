import { asVmToolsError, ensureMonitor, type Invocation, type Log, type Outcome } from '@vm-tools/cli';
import {
  DEFAULT_PORT,
  listen,
  reconnectPeer,
  type ListenEvent,
  type TransferSummary,
} from '@vm-tools/libxfr';
import { Trust, trustFolder } from '@vm-tools/trust';
import { once } from 'node:events';
import { parseListenAddress } from './listen-address.ts';
import { logEvent } from './log-event.ts';
import type { ServeInput } from './options.ts';
import { openReceiver } from './receiver.ts';

export async function serve(invocation: Invocation<ServeInput>): Promise<Outcome> {
  const { input, signal } = invocation;
  const address = parseListenAddress(input.listen);
  const folder = trustFolder(invocation.root);
  const trust = address.transport === 'tls' ? await Trust.open(folder) : undefined;
  const { log, limiter, journals, makeTarget, left } = await openReceiver(invocation);
  const { promise: first, resolve, reject } = Promise.withResolvers<TransferSummary | undefined>();
  first.catch(() => undefined); // only --once waits for it

  const onEvent = (event: ListenEvent): void => {
    logEvent(log, event);
    if (event.type === 'failed') reject(event.error);
    if (event.type !== 'transfer' || event.event.type !== 'completed') return;
    resolve(event.event.summary);
    void ensureMonitor(invocation);
  };
  // The listener does not get the signal, which would end transfers under way: they come to their end.
  await using listener = await listen({
    ...address,
    makeTarget,
    limiter,
    journals,
    onEvent,
    tls: trust,
    authorise: trust && ((who, offer) => trust.authorise(who, offer)),
  });
  log.info(`listening on ${listener.address}`, {
    pid: process.pid,
    fingerprint: trust?.identity.fingerprint,
  });
  if (address.transport === 'tcp')
    log.warn('tcp is neither encrypted nor authenticated: use it on loopback or on a trusted network only');
  invocation.onHangup(() => void reload(trust, log));

  const over = new AbortController();
  const recovering = left.untilAborted(
    reconnectPeer({ tls: () => trust ?? Trust.open(folder), port: listener.port || DEFAULT_PORT }),
    AbortSignal.any([signal, over.signal]),
  );
  const told = signal.aborted ? Promise.resolve() : once(signal, 'abort').then(() => undefined);
  const summary = await (input.once ? Promise.race([first, told]) : told);
  if (listener.active > 0) log.info('waiting for transfers under way', { active: listener.active });
  over.abort();
  await Promise.all([listener.close(), recovering]);
  log.info('ended');
  return { value: { state: 'ended', ...summary } };
}

/** Only the identity has to be read again: known peers and their rules are looked up for each connection and guest. */
async function reload(trust: Trust | undefined, log: Log): Promise<void> {
  try {
    await trust?.reload();
    log.info('reloaded', { fingerprint: trust?.identity.fingerprint });
  } catch (thrown) {
    const { message, code, hint } = asVmToolsError(thrown, 'xfrd');
    log.error(`not reloaded: ${message}`, { code, hint });
  }
}
