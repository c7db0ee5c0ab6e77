import {
  listen,
  type Listener,
  type ListenEvent,
  type ListenOptions,
  type OpenJournals,
  type Reception,
  type Target,
  type TlsOptions,
} from '@vm-tools/libxfr';
import type { Bandwidth } from './bandwidth.ts';
import type { Settings } from './config/settings.ts';
import type { ListenAddress } from './listen-address.ts';

/** What listens needs of what owns the host, and of the process around it. */
export interface ListenersInit {
  readonly settings: {
    /** `fd`: somebody has opened that socket already */
    readonly listen: readonly (ListenAddress & { readonly fd?: number | undefined })[];
    readonly timeouts: Settings['timeouts'];
  };
  /** sockets that systemd has opened, instead of the addresses */
  readonly sockets: readonly number[];
  /** there for every address that is tls, and for sockets */
  readonly trust: (TlsOptions & { readonly authorise: NonNullable<ListenOptions['authorise']> }) | undefined;
  readonly reception: Reception;
  readonly bandwidth: Bandwidth;
  readonly journals: OpenJournals;
  readonly makeTarget: () => Target;
  readonly onEvent: (event: ListenEvent) => void;
  readonly onTransfer?: ListenOptions['onTransfer'];
}

export interface Listeners extends AsyncDisposable {
  /** how others call them */
  readonly addresses: readonly string[];
  /** the first that is a port; undefined if all are unix sockets */
  readonly port: number | undefined;
  /** Accept no more, and resolve when what has begun is through. */
  close(): Promise<void>;
}

/**
 * Listens at every address. They get no signal, which would end transfers under way: those come to their end.
 *
 * @throws VmToolsError XFR_LISTEN; then none of them listens
 */
export async function openListeners(init: ListenersInit): Promise<Listeners> {
  const { settings, sockets, trust, bandwidth, onTransfer, ...rest } = init;
  await using opened = new AsyncDisposableStack();
  const listeners: Listener[] = [];
  const where =
    sockets.length > 0 ? sockets.map((fd) => ({ transport: 'fd', fd }) as const) : settings.listen;
  for (const { transport, ...at } of where) {
    const isPlain = transport === 'tcp' || transport === 'unix';
    const listener = await listen({
      ...rest,
      ...at,
      timeouts: settings.timeouts,
      onTransfer: (transfer) => {
        bandwidth.hold(transfer);
        onTransfer?.(transfer);
      },
      limiterFor: ({ who, peer }) => bandwidth.enter(who ?? peer.replace(/:\d+$/, '')),
      tls: isPlain ? undefined : trust,
      authorise: isPlain ? undefined : trust && ((who, offer) => trust.authorise(who, offer)),
    });
    listeners.push(opened.use(listener));
  }
  const held = opened.move();
  const close = async (): Promise<void> => {
    await Promise.all(listeners.map((each) => each.close()));
  };
  return {
    addresses: listeners.map(({ address }) => address),
    port: listeners.find(({ port }) => port > 0)?.port,
    close,
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}
