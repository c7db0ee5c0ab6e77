import { VmToolsError } from '@vm-tools/errors';
import { Channel } from '../protocol/channel.ts';
import type { Connection } from '../protocol/connection.ts';
import type { TransferTimeouts } from '../protocol/timeouts.ts';

/**
 * Tells a peer why it is refused, reads nothing, and hangs up. The peer is unauthenticated: it learns what concerns it,
 * and nothing of what is wrong with this host.
 */
export async function refuse(
  connection: Connection,
  error: VmToolsError,
  timeouts: TransferTimeouts,
): Promise<void> {
  const channel = new Channel(connection, 'source', timeouts);
  channel.abort(
    error.details['isStranger'] === true ? stranger(error) : TOLD.has(error.kind) ? spoken(error) : CLOSED,
  );
  await channel.close();
}

/** The peer's own fault, or that it should come again. */
const TOLD = new Set(['peer', 'resource']);

/** The part of an error that a caller is told: without causes and facts. */
function spoken({ code, kind, message, hint }: VmToolsError): VmToolsError {
  return new VmToolsError({ code, kind, message, hint });
}

/**
 * One answer for all strangers, with nothing in it but what they have shown themselves: neither the peers of this host
 * nor their keys. It leads to the same command for each.
 */
function stranger({ details }: VmToolsError): VmToolsError {
  const { fingerprint, claimed, name = claimed } = details as Record<string, string | undefined>;
  const key = fingerprint === undefined ? 'the key of this host' : `the key ${fingerprint}`;
  return new VmToolsError({
    code: 'XFR_PEER_UNKNOWN',
    kind: 'peer',
    message: `it does not know ${key}`,
    hint: `if xfrd fingerprint shows the same on the host that calls, trust it on the host that it called: xfrd trust ${name ?? 'NAME'} --fingerprint ${fingerprint ?? 'FINGERPRINT'}`,
  });
}

const CLOSED = new VmToolsError({
  code: 'XFR_PEER_UNCHECKED',
  kind: 'failure',
  message: 'it could not read which peers it trusts',
  hint: 'see what its log says',
});
