import { isIP, isIPv6 } from 'node:net';
import { VmToolsError } from '@vm-tools/errors';

/** The port that xfrd has had since 2004. */
export const DEFAULT_PORT = 8002;

/** The address at which a peer listens. */
export interface Endpoint {
  readonly transport: 'tcp';
  readonly host: string;
  readonly port: number;
}

const SYNTAX = /^(?:\[(?<v6>[^\]]+)\]|(?<host>[^:[\]]+))(?::(?<port>\d{1,5}))?$/;
const HOST_NAME = /^[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?\.?$/;

/**
 * Reads "tcp://HOST:PORT", "HOST:PORT" or "HOST"; the host is a name, an IPv4 address, or an IPv6 address, which
 * needs brackets when a port follows.
 *
 * @throws VmToolsError XFR_ENDPOINT_SYNTAX or XFR_ENDPOINT_TRANSPORT, both of kind usage
 */
export function parseEndpoint(text: string): Endpoint {
  const [, scheme = 'tcp', address = ''] =
    /^(?:([A-Za-z][A-Za-z0-9+.-]*):\/\/)?(.*)$/s.exec(text.trim()) ?? [];
  if (scheme.toLowerCase() !== 'tcp') {
    throw new VmToolsError({
      code: 'XFR_ENDPOINT_TRANSPORT',
      kind: 'usage',
      message: `"${scheme}" is no transport that is known here`,
      hint: 'write tcp://HOST:PORT or just HOST',
      details: { text },
    });
  }
  if (isIPv6(address)) return { transport: 'tcp', host: address, port: DEFAULT_PORT };
  const { v6, host = v6 ?? '', port = String(DEFAULT_PORT) } = SYNTAX.exec(address)?.groups ?? {};
  const isHost = v6 === undefined ? isIP(host) !== 0 || isName(host) : isIPv6(v6);
  if (!isHost || Number(port) < 1 || Number(port) > 65_535) {
    throw new VmToolsError({
      code: 'XFR_ENDPOINT_SYNTAX',
      kind: 'usage',
      message: isHost ? `"${text}" names no port from 1 to 65535` : `"${text}" does not name a host`,
      hint: `write HOST, HOST:PORT or tcp://[IPV6]:PORT; without a port it is ${DEFAULT_PORT}`,
      details: { text },
    });
  }
  return { transport: 'tcp', host, port: Number(port) };
}

/** "host:port", as people write it. */
export function formatAddress(host: string, port: number): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}

/** "10.0.0.300" is no address, and no host has such a name: a last part of digits can only be meant as an address. */
function isName(host: string): boolean {
  return host.length <= 253 && HOST_NAME.test(host) && !/(?:^|\.)\d+\.?$/.test(host);
}
