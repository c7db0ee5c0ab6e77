/**
 * The process that reads what peers send: all of it that a byte of theirs can reach before it has been checked. It is
 * started only by xfrd, its keeper; bundled, it is the file xfrd-receiver.js.
 */
import { Socket } from 'node:net';
import { serveTransfers, type ControlServer } from '@vm-tools/libxfr/control';
import { Admission } from '@vm-tools/libxfr/receiver';
import { reconnectPeer } from '@vm-tools/libxfr/recovery';
import { DEFAULT_PORT } from '@vm-tools/libxfr/transport';
import { encodeError } from '@vm-tools/ipc';
import { Bandwidth } from '../bandwidth.ts';
import { decodeBandwidth } from '../config/bandwidth.ts';
import { FIRST_SOCKET_FD } from '../systemd/listen-fds.ts';
import type { Dial, ReceiverMessage } from './messages.ts';
import { dropRights } from './process/drop-rights.ts';
import { Calls } from './receiver/calls.ts';
import { dial } from './receiver/dial.ts';
import { FeedServer } from './receiver/feed-server.ts';
import { openListeners, type Listeners } from './receiver/listeners.ts';
import { remoteJournals } from './receiver/remote-journals.ts';
import { RemoteTarget } from './receiver/remote-target.ts';
import { remoteTrust, type RemoteTrust } from './receiver/remote-trust.ts';
import type { FirstSettings, ReceiverSettings } from './settings.ts';

// Only the keeper may decide what they mean: a service manager sends them to all processes of a service.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

const keeper = new Socket({ fd: Number(process.argv[2]), readable: true, writable: true });
const feeds = new FeedServer();
/** The last socket before that of the keeper. */
const feedFd = Number(process.argv[2]) - 1;
let serving: Promise<Serving | undefined> | undefined;

const calls = new Calls(
  keeper,
  feeds,
  (order) => {
    if (order.type === 'begin') serving = begin(order.settings);
    else if (order.type === 'change') void serving?.then((begun) => begun?.change(order.settings));
    else if (order.type === 'dial') void serving?.then((begun) => begun?.dial(order));
    else void drain();
  },
  // The keeper, which owns the host, is gone.
  () => process.exit(1),
);

interface Serving {
  readonly listeners: Listeners;
  readonly control: ControlServer | undefined;
  readonly change: (settings: ReceiverSettings) => void;
  readonly dial: (order: Dial) => Promise<void>;
}

/** Rights go before the first byte is read. */
async function begin(settings: FirstSettings): Promise<Serving | undefined> {
  try {
    if (settings.user !== undefined) dropRights(settings.user);
    await feeds.listen({ fd: feedFd });
    return await serve(settings);
  } catch (thrown) {
    calls.tell({ type: 'unable', error: encodeError(thrown) });
    keeper.end(() => process.exit(1));
    return undefined;
  }
}

async function serve(settings: FirstSettings): Promise<Serving> {
  const { listen, sockets, timeouts, credentials } = settings;
  const admission = new Admission();
  const limit = ({ maxConcurrent, maxPerPeer, connections }: ReceiverSettings): void => {
    admission.places = maxConcurrent;
    admission.placesPerPeer = maxPerPeer;
    admission.lobby.limits = connections;
  };
  limit(settings);
  const bandwidth = new Bandwidth(decodeBandwidth(settings.bandwidth));
  const trust = credentials && remoteTrust(calls, credentials);
  const where = sockets > 0 ? Array.from({ length: sockets }, () => ({ transport: 'fd' }) as const) : listen;
  const control = settings.hasControl
    ? await serveTransfers({ fd: FIRST_SOCKET_FD + where.length })
    : undefined;
  const listeners = await openListeners({
    at: where.map((address, index) => ({ ...address, fd: FIRST_SOCKET_FD + index })),
    timeouts,
    trust,
    admission,
    bandwidth,
    journals: remoteJournals(calls, settings.hostId),
    makeTarget: (who) => new RemoteTarget(calls, who),
    where: (wanted) => calls.call('where', { wanted }),
    onEvent: (event) => calls.tell({ type: 'event', event } as unknown as ReceiverMessage),
    onTransfer: (transfer) => control?.add(transfer),
  });
  const { addresses, port } = listeners;
  calls.tell({ type: 'ready', addresses: [...addresses], ...(port === undefined ? {} : { port }) });
  return {
    listeners,
    control,
    dial: (order) =>
      dial(order, reconnectPeer({ tls: () => trust as RemoteTrust, port: port ?? DEFAULT_PORT }), {
        calls,
        feeds,
      }),
    change(next) {
      limit(next);
      bandwidth.change(decodeBandwidth(next.bandwidth));
      if (trust !== undefined && next.credentials !== undefined) trust.credentials = next.credentials;
    },
  };
}

/** Transfers that have begun come to their end, and then this process. */
async function drain(): Promise<void> {
  const begun = await serving;
  await begun?.listeners.close();
  await begun?.control?.close();
  keeper.end(() => process.exit(0));
}
