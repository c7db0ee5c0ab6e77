import { networkInterfaces } from 'node:os';
import { VmToolsError } from '@vm-tools/errors';
import { DEFAULT_PORT, type PeerAddress } from '@vm-tools/libxfr/transport';

/**
 * `vm-migrate web1 localhost` where no xfrd listens: to start one, as the hint for other hosts is, leads nowhere. A port
 * that is not xfrd's own may be the end of a tunnel, and leads to another host.
 *
 * @param thrown by the call of that address
 * @returns XFR_SAME_HOST in its place, where the address is one of this host
 */
export function explainSameHost(thrown: unknown, address: PeerAddress): unknown {
  if (!('port' in address) || address.transport === 'ssh' || address.port !== DEFAULT_PORT) return thrown;
  if (!(thrown instanceof VmToolsError) || thrown.details['errno'] !== 'ECONNREFUSED') return thrown;
  if (!calledAddresses(thrown.cause).some(isOfThisHost)) return thrown;
  return new VmToolsError({
    code: 'XFR_SAME_HOST',
    kind: 'usage',
    message: `${address.host} is this very host: ${thrown.message}`,
    hint: 'give the address of another host: xfrd peers lists those that are known',
    details: thrown.details,
    cause: thrown,
  });
}

/** A name with several addresses fails with an error for each of them. */
function calledAddresses(cause: unknown): readonly string[] {
  const errors: readonly unknown[] = cause instanceof AggregateError ? cause.errors : [cause];
  return errors.map((error) => String((error as { readonly address?: string }).address));
}

function isOfThisHost(address: string): boolean {
  if (/^127\./.test(address)) return true;
  const own = Object.values(networkInterfaces()).flat();
  return own.some((each) => each?.address === address);
}
