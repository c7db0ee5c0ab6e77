import { VmToolsError } from '@vm-tools/errors';
import { Channel } from '../protocol/channel.ts';
import type { TransferTimeouts } from '../timeouts.ts';
import type { Connection } from './connection.ts';

/**
 * Tells somebody why nothing comes of it, reads nothing, and hangs up. He may be anybody: he hears what concerns him,
 * and nothing of what is wrong with this host.
 */
export async function refuse(
  connection: Connection,
  error: VmToolsError,
  timeouts: TransferTimeouts,
): Promise<void> {
  const channel = new Channel(connection, 'source', timeouts);
  channel.abort(TOLD.has(error.kind) ? spoken(error) : CLOSED);
  await channel.close();
}

/** What it did, or that it should come again. */
const TOLD = new Set(['peer', 'resource']);

/** What is said aloud of an error: without causes and facts. */
function spoken({ code, kind, message, hint }: VmToolsError): VmToolsError {
  return new VmToolsError({ code, kind, message, ...(hint === undefined ? {} : { hint }) });
}

const CLOSED = new VmToolsError({
  code: 'XFR_PEER_UNCHECKED',
  kind: 'failure',
  message: 'it could not find out whom it trusts',
  hint: 'see what its log says',
});
