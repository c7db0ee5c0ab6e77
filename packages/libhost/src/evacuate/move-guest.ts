import { causesOf, sleep, VmToolsError } from '@vm-tools/errors';
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

/** A peer that has no place for one guest more is asked again for so long, and so often. */
const PATIENCE_MS = 120_000;
const AGAIN_MS = 500;

interface Refusal {
  readonly peer: string;
  readonly error: VmToolsError;
}

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
  const late = performance.now() + PATIENCE_MS;
  for (;;) {
    const refusals: Refusal[] = [];
    for (const peer of peers) {
      const checks = await checkPeer(source, (stop, offer) => callingPeer(host, peer, offer)(stop), {
        journals,
        signal,
      });
      let error = checks.find((check) => check.error !== undefined)?.error;
      if (error === undefined) {
        try {
          const summary = await move(host, { source, peer }, { ...options, signal });
          await noteAway(host.root, domain.uuid, formatPeerAddress(peer));
          return { peer, summary };
        } catch (thrown) {
          if (!isBusy(thrown)) throw thrown;
          error = thrown; // the place that there was a moment ago has gone to another guest
        }
      }
      refusals.push({ peer: formatPeerAddress(peer), error });
    }
    if (!refusals.some((each) => isBusy(each.error)) || performance.now() > late)
      throw nowhere(domain, refusals);
    await sleep(AGAIN_MS, signal);
  }
}

/** Only that other guests are on their way to the peer right now. */
function isBusy(thrown: unknown): thrown is VmToolsError {
  if (!(thrown instanceof VmToolsError)) return false;
  return [thrown, ...causesOf(thrown)].some(
    (cause) => cause instanceof VmToolsError && cause.code === 'XFR_BUSY',
  );
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

function nowhere({ domid, uuid, name }: Domain, refusals: readonly Refusal[]): VmToolsError {
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
