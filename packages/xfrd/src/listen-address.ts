import { VmToolsError } from '@vm-tools/errors';
import { parsePeerAddress, type Endpoint, type TlsAddress, type UnixAddress } from '@vm-tools/libxfr';

/**
 * Where xfrd can listen.
 *
 * @throws VmToolsError XFR_ENDPOINT_SYNTAX, XFR_ENDPOINT_TRANSPORT (usage)
 */
export function parseListenAddress(text: string): TlsAddress | Endpoint | UnixAddress {
  const address = parsePeerAddress(text);
  if (address.transport !== 'ssh' && address.transport !== 'fd') return address;
  throw new VmToolsError({
    code: 'XFR_ENDPOINT_TRANSPORT',
    kind: 'usage',
    message: `nobody can listen at ${text}`,
    hint: 'tls://ADDRESS, unix:///PATH or tcp://ADDRESS; for ssh nothing has to listen: it starts xfrd --stdio itself',
    details: { text },
  });
}
