import { VmToolsError } from '@vm-tools/errors';
import { parsePeerAddress } from '@vm-tools/libxfr';
import { DEFAULT_PORT, type Endpoint, type TlsAddress, type UnixAddress } from '@vm-tools/libxfr/transport';

export type ListenAddress = TlsAddress | Endpoint | UnixAddress;

/** All addresses of this host: only known peers are let in there. */
export const DEFAULT_LISTEN: ListenAddress = { transport: 'tls', host: '0.0.0.0', port: DEFAULT_PORT };

/**
 * Parses an address at which xfrd can listen.
 *
 * @throws VmToolsError XFR_ENDPOINT_SYNTAX, XFR_ENDPOINT_TRANSPORT (usage)
 */
export function parseListenAddress(text: string): ListenAddress {
  const address = parsePeerAddress(text);
  if (address.transport !== 'ssh' && address.transport !== 'fd') return address;
  throw new VmToolsError({
    code: 'XFR_ENDPOINT_TRANSPORT',
    kind: 'usage',
    message: `xfrd cannot listen at ${text}`,
    hint: 'write tls://ADDRESS, unix:///PATH, or tcp://ADDRESS with --insecure; ssh needs no listener: it starts xfrd --stdio itself',
    details: { text },
  });
}
