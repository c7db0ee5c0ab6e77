import {
  listen,
  type Listener,
  type ListenEvent,
  type Target,
  type TransferTimeouts,
} from '@vm-tools/libxfr';
import type { OpenJournals } from '@vm-tools/libxfr/journals';
import type { Admission } from '@vm-tools/libxfr/receiver';
import type { ListenOptions } from '@vm-tools/libxfr/types';
import type { Bandwidth } from '../../bandwidth.ts';
import type { ListenAddress } from '../../config/listen-address.ts';
import type { RemoteTrust } from './remote-trust.ts';

/** The parts that listeners need of the keeper, and of the process around them. */
export interface ListenersInit {
  /** sockets that have been opened: at an address, or by systemd, which gives none */
  readonly at: readonly ((ListenAddress | { readonly transport: 'fd' }) & { readonly fd: number })[];
  readonly timeouts: Partial<TransferTimeouts>;
  /** there for every address that is tls, and for what systemd has opened */
  readonly trust: RemoteTrust | undefined;
  readonly admission: Admission;
  readonly bandwidth: Bandwidth;
  readonly journals: OpenJournals;
  readonly makeTarget: (who?: string) => Target;
  readonly where: NonNullable<ListenOptions['where']>;
  readonly onEvent: (event: ListenEvent) => void;
  readonly onTransfer: NonNullable<ListenOptions['onTransfer']>;
}

export interface Listeners {
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
 * @throws VmToolsError XFR_LISTEN
 */
export async function openListeners(init: ListenersInit): Promise<Listeners> {
  const { at, trust, bandwidth, onTransfer, ...rest } = init;
  const listeners: Listener[] = [];
  for (const { transport, ...where } of at) {
    const isPlain = transport === 'tcp' || transport === 'unix';
    const listener = await listen({
      ...rest,
      ...where,
      onTransfer: (transfer) => {
        bandwidth.hold(transfer);
        onTransfer(transfer);
      },
      limiterFor: ({ who, peer }) => bandwidth.enter(who ?? peer.replace(/:\d+$/, '')),
      tls: isPlain ? undefined : trust,
      authorise: isPlain ? undefined : trust && ((who, offer) => trust.authorise(who, offer)),
    });
    listeners.push(listener);
  }
  return {
    addresses: listeners.map(({ address }) => address),
    port: listeners.find(({ port }) => port > 0)?.port,
    async close() {
      await Promise.all(listeners.map((each) => each.close()));
    },
  };
}
