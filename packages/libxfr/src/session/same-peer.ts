import { VmToolsError } from '@vm-tools/errors';
import type { TransferRecord } from '../journal/record.ts';
import type { Connection } from '../protocol/connection.ts';

/**
 * The peer to which a transfer is bound, so that its id alone opens nothing. Over TLS it is the name under which the
 * key of the peer is trusted here, whatever address it comes from. The other transports have no identity: a unix socket
 * and ssh let in only users that own this host already, and over plain TCP every caller may do everything anyway. A
 * journal of such a transfer, or of an earlier release, names no peer, and answers every caller.
 */
type Bound = Pick<TransferRecord, 'who'>;

/** Whether a peer that asks about a transfer may be answered. */
export function mayAsk({ who }: Bound, asker: { readonly who?: string | undefined }): boolean {
  return who === undefined || who === asker.who;
}

/** @throws VmToolsError XFR_OTHER_PEER (peer) when it is not the other end of the transfer that answers */
export function requirePeer({ who, id }: Bound & Pick<TransferRecord, 'id'>, connection: Connection): void {
  if (mayAsk({ who }, connection)) return;
  const { peer, who: answers = 'an unknown peer' } = connection;
  throw new VmToolsError({
    code: 'XFR_OTHER_PEER',
    kind: 'peer',
    retry: 'safe',
    message: `transfer ${id} is with ${who}, and ${answers} answers at ${peer}`,
    hint: `find out where ${who} is now: what another host says about the guest does not count`,
    details: { id, who, answers: connection.who, peer },
  });
}
