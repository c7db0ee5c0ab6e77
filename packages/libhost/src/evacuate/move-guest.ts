import { VmToolsError } from '@vm-tools/errors';
import {
  domainSource,
  withSuccessor,
  type Domain,
  type Host,
  type PrecopyBudget,
  type SourceOptions,
} from '@vm-tools/libdomain';
import { checkPeer, startTransfer, type TransferEvent, type TransferSummary } from '@vm-tools/libxfr';
import { serveTransfer } from '@vm-tools/libxfr/control';
import type { Journals } from '@vm-tools/libxfr/journals';
import { formatPeerAddress, type PeerAddress } from '@vm-tools/libxfr/transport';
import type { LimiterNode } from '@vm-tools/ratelimit';
import { noteAway } from '../autostart/settle-away.ts';
import { callingPeer, recallingPeer } from '../peer/call-peer.ts';

/** How a guest is moved away, and under which limit. */
export interface MoveOptions extends Pick<SourceOptions, 'waitMs' | 'onLog'> {
  readonly journals: Journals;
  /** The limit that all guests share which are moved at the same time. @default none */
  readonly limiter?: LimiterNode | undefined;
  /** @default that of libdomain, and a guest that does not converge is forced */
  readonly budget?: PrecopyBudget | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: TransferEvent) => void) | undefined;
}

/**
 * Moves a guest to the first of some peers that takes it: each is asked before the first page, and one that refuses
 * costs nothing.
 *
 * @param peers as `peerAddress` has let them pass, the best one first
 * @returns the peer at which it runs, and the figures
 * @throws VmToolsError why the last one refuses, with `details.refusals` of all; or why the move failed that had begun
 */
export async function moveGuest(
  host: Host,
  domain: Domain,
  peers: readonly PeerAddress[],
  options: MoveOptions,
): Promise<{ readonly peer: PeerAddress; readonly summary: TransferSummary }> {
  const { journals, signal = new AbortController().signal, waitMs, onLog, budget } = options;
  const source = domainSource(host, domain, { waitMs, onLog, ...(budget && { budget }) });
  const refusals: { readonly peer: string; readonly error: VmToolsError }[] = [];
  for (const peer of peers) {
    const checks = await checkPeer(source, (stop, offer) => callingPeer(host, peer, offer)(stop), {
      journals,
      signal,
    });
    const error = checks.find((check) => check.error !== undefined)?.error;
    if (error !== undefined) {
      refusals.push({ peer: formatPeerAddress(peer), error });
      continue;
    }
    const summary = await move(host, { source, peer }, { ...options, signal });
    await noteAway(host.root, domain.uuid, formatPeerAddress(peer));
    return { peer, summary };
  }
  throw nowhere(domain, refusals);
}

async function move(
  host: Host,
  { source, peer }: { readonly source: ReturnType<typeof domainSource>; readonly peer: PeerAddress },
  { journals, limiter, budget, signal, onEvent, onLog }: MoveOptions & { readonly signal: AbortSignal },
): Promise<TransferSummary> {
  const offer = await source.describe();
  const transfer = startTransfer(source, callingPeer(host, peer, offer), {
    ...{ journals, limiter, signal },
    ...(offer.live && budget !== undefined && { budget }),
    onEvent,
    address: formatPeerAddress(peer),
    reconnect: recallingPeer(host),
  });
  await using _served = serveTransfer(host.root, transfer, (thrown) => onLog?.(String(thrown)));
  return await transfer.result.catch(async (thrown: unknown) => {
    throw await withSuccessor(host, thrown, signal);
  });
}

function nowhere(
  { domid, uuid, name }: Domain,
  refusals: readonly { readonly peer: string; readonly error: VmToolsError }[],
): VmToolsError {
  const last = refusals.at(-1)?.error;
  return new VmToolsError({
    code: 'HOST_NO_PLACE',
    kind: last?.kind ?? 'usage',
    message: `no peer takes ${name}: ${refusals.map(({ peer, error }) => `${peer}: ${error.message}`).join('; ')}`,
    hint: last?.hint ?? 'name a peer',
    guest: { domid, uuid, name, state: 'still running' },
    details: { refusals: refusals.map(({ peer, error }) => ({ peer, code: error.code })) },
    cause: last,
  });
}
