import { checkXl, connectXl, requireXlAddress, startTransferToXl, xlAddressText } from '@vm-tools/libxfr/xl';
import type { PeerCheck, Source, Transfer } from '@vm-tools/libxfr';
import type { StartTransferOptions } from '@vm-tools/libxfr/types';
import { formatPeerAddress, type PeerAddress } from '@vm-tools/libxfr/transport';

/** A transfer to a host that has only xl: it has no address to be called at again. */
export function moveToXl(
  source: Source,
  address: PeerAddress,
  options: Pick<StartTransferOptions, 'rate' | 'stopAndCopyRate' | 'budget' | 'journals' | 'signal'>,
): Transfer {
  const xl = requireXlAddress(address);
  return startTransferToXl(source, (signal) => connectXl(xl, { signal }), {
    ...options,
    address: xlAddressText(xl),
  });
}

/** What an operator should know before: xl on the other host gives less than xfrd. */
export function warningOfXl(address: PeerAddress): string {
  return `${formatPeerAddress(address)} has only xl: if the connection breaks after it is told to start the domain, the domain stands still here until you say where it runs`;
}

/** What can be known before about moving a domain to such a host. */
export async function checkXlAt(
  source: Source,
  address: PeerAddress,
  signal: AbortSignal,
): Promise<readonly PeerCheck[]> {
  const xl = requireXlAddress(address);
  return checkXl(source, (stop) => connectXl(xl, { signal: stop }), { signal });
}
