import { ensureMonitor, type Invocation, type Outcome } from '@vm-tools/cli';
import { parsePeerAddress, type ListenEvent, type Reconnect, type TransferSummary } from '@vm-tools/libxfr';
import { reconnectPeer } from '@vm-tools/libxfr/recovery';
import { DEFAULT_PORT, formatPeerAddress } from '@vm-tools/libxfr/transport';
import { listPeers, Trust, trustFolder } from '@vm-tools/trust';
import { once } from 'node:events';
import { readSettings, type Settings } from './config/settings.ts';
import { Bursts } from './log/bursts.ts';
import { logInBursts } from './log/log-event.ts';
import { openMetrics } from './metrics/open-metrics.ts';
import type { ServeInput } from './options.ts';
import type { ServiceEnded } from './result.ts';
import { keepReceiver, type KeptReceiver } from './receiver-process/keeper/keep-receiver.ts';
import { openReceiver } from './receiver.ts';
import { reload } from './reload.ts';
import { listenFds } from './systemd/listen-fds.ts';
import { openSupervisor } from './systemd/supervisor.ts';

export async function serve(invocation: Invocation<ServeInput>): Promise<Outcome<ServiceEnded>> {
  const { input, signal } = invocation;
  const settings = await readSettings(invocation);
  const sockets = input.listen === undefined ? listenFds() : [];
  const isSecure = sockets.length > 0 || settings.listen.some(({ transport }) => transport === 'tls');
  const isAlwaysSecure =
    sockets.length === 0 && settings.listen.every(({ transport }) => transport === 'tls');
  const folder = trustFolder(invocation.root);
  const trust = isSecure ? await Trust.open(folder) : undefined;

  // The keeper's side, which owns the host.
  const { log, journals, makeTarget, where: whereIs, livingOf, left } = await openReceiver(invocation);

  // The listeners.
  const admission = { places: settings.maxConcurrent };
  await using metrics = await openMetrics(settings.metrics, admission);
  using supervisor = await openSupervisor(log);
  using bursts = new Bursts(log);
  const { promise: first, resolve, reject } = Promise.withResolvers<TransferSummary | undefined>();
  first.catch(() => undefined); // only --once waits for it
  let receiver: KeptReceiver | undefined;
  let where = '';
  const statusOf = (): string => `listening on ${where}; domains on their way: ${receiver?.active ?? 0}`;
  const onEvent = (event: ListenEvent): void => {
    logInBursts(log, bursts, event);
    metrics.onEvent(event);
    if (event.type === 'failed') reject(event.error);
    if (event.type !== 'transfer' || event.event.type === 'progress') return;
    supervisor.status(statusOf());
    if (event.event.type !== 'completed') return;
    resolve(event.event.summary);
    void ensureMonitor(invocation);
  };
  await using listeners = (receiver = await keepReceiver({
    settings,
    root: invocation.root,
    sockets,
    host: {
      journals,
      makeTarget,
      where: whereIs,
      onEvent,
      sockets: settings.listen.filter(({ transport }) => transport === 'unix').map(formatPeerAddress),
      trust: trust && {
        isAsked: isAlwaysSecure ? 'always' : 'of peers that have a name',
        listPeers: () => listPeers(folder),
        authorise: (who, offer) => trust.authorise(who, offer, { livingOf }),
      },
    },
    credentials: () => trust?.credentials,
    log,
    recover: () => left.alone(),
    onLost: reject,
  }));
  where = listeners.addresses.join(', ');
  log.info(`listening on ${where}`, { pid: process.pid, fingerprint: trust?.identity.fingerprint });
  if (listeners.addresses.some((address) => address.startsWith('tcp:'))) {
    log.warn(
      'tcp is neither encrypted nor authenticated: any host that reaches the port can start domains here',
    );
  }
  supervisor.ready(statusOf());

  const apply = (changed: Settings): void => {
    admission.places = changed.maxConcurrent;
    listeners.change(changed);
  };
  let reloading = Promise.resolve();
  const reloadNow = async (): Promise<void> => {
    supervisor.reloading();
    await reload(() => readSettings(invocation), settings, { trust, apply, log });
    supervisor.ready(statusOf());
  };
  invocation.onHangup(() => void (reloading = reloading.then(reloadNow)));

  const over = new AbortController();
  const byItself = reconnectPeer({
    tls: () => trust ?? Trust.open(folder),
    port: listeners.port ?? DEFAULT_PORT,
  });
  const reconnect: Reconnect = (transfer, ended) => {
    const { transport } = parsePeerAddress(transfer.peer);
    const isOfNetwork = transport === 'tcp' || (transport === 'tls' && trust !== undefined);
    return (isOfNetwork ? listeners.reconnect : byItself)(transfer, ended);
  };
  const recovering = left.untilAborted(reconnect, AbortSignal.any([signal, over.signal]));
  const told = signal.aborted ? Promise.resolve() : once(signal, 'abort').then(() => undefined);
  const summary = await (input.once ? Promise.race([first, told]) : told);
  supervisor.stopping();
  if (listeners.active > 0) log.info('waiting for transfers under way', { active: listeners.active });
  over.abort();
  await Promise.all([listeners.close(), recovering]);
  log.info('ended');
  return { value: { state: 'ended', ...summary } };
}
