import { createLog, ensureMonitor, type Invocation, type Outcome } from '@vm-tools/cli';
import { domainTarget } from '@vm-tools/libdomain';
import {
  formatAddress,
  listen,
  parseEndpoint,
  type ListenEvent,
  type TransferSummary,
} from '@vm-tools/libxfr';
import { createLimiter, parseRate } from '@vm-tools/ratelimit';
import { once } from 'node:events';
import { logEvent } from './log-event.ts';
import type { ServeInput } from './options.ts';

export async function serve(invocation: Invocation<ServeInput>): Promise<Outcome> {
  const { input, messages, signal } = invocation;
  const endpoint = parseEndpoint(input.listen);
  const limiter = createLimiter({ rate: parseRate(input.bwlimit ?? 'off') });
  const host = await invocation.openHost();
  const log = createLog(messages);
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
    host: endpoint.host,
    port: endpoint.port,
    makeTarget: () => domainTarget(host, { onLog: messages.trace }),
    limiter,
    onEvent,
  });
  log.info(`listening on tcp://${formatAddress(listener.host, listener.port)}`, { pid: process.pid });
  log.warn('tcp is neither encrypted nor authenticated: use it on loopback or on a trusted network only');

  const told = signal.aborted ? Promise.resolve() : once(signal, 'abort').then(() => undefined);
  const summary = await (input.once ? Promise.race([first, told]) : told);
  if (listener.active > 0) log.info('waiting for transfers under way', { active: listener.active });
  await listener.close();
  log.info('ended');
  return { value: { state: 'ended', ...summary } };
}
