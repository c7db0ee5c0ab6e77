import type { VmToolsError } from '@vm-tools/errors';
import { someAtOnce } from '@vm-tools/errors';
import type { Host } from '@vm-tools/libdomain';
import { askWhere, parsePeerAddress } from '@vm-tools/libxfr';
import type { AskWhereOptions, GuestPlace, WantedGuest } from '@vm-tools/libxfr/types';
import { listPeers, trustFolder, type Peer } from '@vm-tools/trust';
import { asVmToolsError } from '../as-vm-tools-error.ts';
import { askingPeer } from '../peer/call-peer.ts';
import { placesHere } from './places-here.ts';

/** What one host says of a guest. */
export interface Whereabouts {
  /** the name of a peer; undefined for this host */
  readonly peer: string | undefined;
  /** undefined when it has not answered */
  readonly guests: readonly GuestPlace[] | undefined;
  /** why it has not */
  readonly error?: VmToolsError | undefined;
}

/** Which hosts are asked, and how. */
export interface WhereIsOptions extends AskWhereOptions {
  /** Addresses, as for a migration. @default all peers that this host knows */
  readonly at?: readonly string[] | undefined;
}

type AskedPeer = Pick<Peer, 'name' | 'hosts'>;
const PEERS_AT_ONCE = 16;

/**
 * Asks this host and all that it knows for a guest, so that a second copy of it is never started. Only when all have
 * answered, and none has it, is it nowhere; a host that was not reached may have it.
 */
export async function whereIs(
  host: Host,
  wanted: WantedGuest,
  { at, ...options }: WhereIsOptions = {},
): Promise<readonly Whereabouts[]> {
  const peers: readonly AskedPeer[] =
    at?.map((name) => ({ name, hosts: [] })) ?? (await listPeers(trustFolder(host.root)));
  const [here, others] = await Promise.all([
    placesHere(host, wanted),
    someAtOnce(peers, PEERS_AT_ONCE, (peer) => askOne(host, peer, wanted, options)),
  ]);
  return [{ peer: undefined, guests: here }, ...others];
}

/** By the first of its names that answers. */
async function askOne(
  host: Host,
  peer: AskedPeer,
  wanted: WantedGuest,
  options: AskWhereOptions,
): Promise<Whereabouts> {
  let error: VmToolsError | undefined;
  for (const name of peer.hosts.length > 0 ? peer.hosts : [peer.name]) {
    try {
      const address = parsePeerAddress(name);
      return {
        peer: peer.name,
        guests: await askWhere(askingPeer(host, address, options.timeouts), wanted, options),
      };
    } catch (thrown) {
      if (options.signal?.aborted === true) throw thrown;
      error = asVmToolsError(thrown);
    }
  }
  return { peer: peer.name, guests: undefined, error };
}
