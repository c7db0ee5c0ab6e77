import type { TransferId } from '../journal/record.ts';
import { Channel } from '../protocol/channel.ts';
import type { Connection } from '../protocol/connection.ts';
import { DEFAULT_TIMEOUTS, type TransferTimeouts } from '../protocol/timeouts.ts';
import { WORDS, type Answer } from './answers.ts';
import { requirePeer } from './same-peer.ts';

/**
 * Asks the other end of a transfer what it knows about it, and changes nothing.
 *
 * @param connection is ended in any case
 * @throws VmToolsError XFR_OTHER_PEER, XFR_CONNECTION_LOST, XFR_PROTOCOL, XFR_PROTOCOL_OLDER, XFR_PROTOCOL_NEWER (peer);
 *   XFR_PEER_SILENT (timeout); INTERRUPTED (interrupted)
 */
export async function askPeer(
  connection: Connection,
  transfer: { readonly id: TransferId; readonly epoch: number; readonly who?: string | undefined },
  options: { readonly timeouts?: Partial<TransferTimeouts>; readonly signal?: AbortSignal } = {},
): Promise<Answer> {
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  const signal = options.signal ?? new AbortController().signal;
  const channel = new Channel(connection, 'target', timeouts);
  try {
    requirePeer(transfer, connection);
    await channel.negotiate(signal);
    await channel.send('STATUS', { id: transfer.id, epoch: transfer.epoch });
    return await channel.expect(WORDS, { limitMs: timeouts.answerMs, signal });
  } finally {
    await channel.close();
  }
}
