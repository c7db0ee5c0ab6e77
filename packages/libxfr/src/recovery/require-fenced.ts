import { messageOf, VmToolsError } from '@vm-tools/errors';
import type { TransferRecord } from '../journal/record.ts';
import type { RecoveryOptions } from './options.ts';

/**
 * Believes that the host at the other end of a transfer was switched off, unless it can be seen that this is not so: it
 * is another host, or it takes a connection. One whose system refuses the connection may be coming up again.
 *
 * @param fenced its name, or its address as the journal has it
 * @throws VmToolsError XFR_NOT_FENCED (usage)
 */
export async function requireFenced(
  record: TransferRecord,
  fenced: string,
  { reconnect, signal = new AbortController().signal }: RecoveryOptions,
): Promise<void> {
  const { id, peer, who } = record;
  if (![peer, who, hostOf(peer)].includes(fenced))
    throw notFenced(record, fenced, `the other end of transfer ${id} is ${who ?? peer}, and not ${fenced}`);
  if (reconnect === undefined) return;
  try {
    const { stream } = await reconnect(record, signal);
    stream.destroy();
  } catch (thrown) {
    if (thrown instanceof VmToolsError && thrown.code === 'XFR_UNREACHABLE') return;
    if (signal.aborted) throw thrown;
    throw notFenced(record, fenced, `${fenced} is not off: ${messageOf(thrown)}`, thrown);
  }
  throw notFenced(record, fenced, `${fenced} is not off: it takes connections`);
}

/** e.g. "b" of "tls://b:8002", "::1" of "tls://[::1]:8002" */
function hostOf(peer: string): string | undefined {
  const host = /^(?:\w+:\/\/)?(?:[^@/]*@)?(.*?)(?::\d+)?$/.exec(peer)?.[1];
  return host?.replace(/^\[|\]$/g, '');
}

function notFenced(
  { id, peer }: TransferRecord,
  fenced: string,
  message: string,
  cause?: unknown,
): VmToolsError {
  return new VmToolsError({
    code: 'XFR_NOT_FENCED',
    kind: 'usage',
    message,
    hint: `ask the other end: vm-migrate resolve ${id}, without --owner`,
    cause,
    details: { id, peer, fenced },
  });
}
