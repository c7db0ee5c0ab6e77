import { VmToolsError } from '@vm-tools/errors';
import { formatAddress } from '@vm-tools/libxfr/transport';
import { BlockList, isIP } from 'node:net';
import { join } from 'node:path';

/** The address of the metrics: a socket, or a port of this machine for this machine. */
export type MetricsAddress = { readonly path: string } | { readonly host: string; readonly port: number };

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** "on" leaves the place to the program, which has a socket that only root can open: see `metricsAddress`. */
export function parseMetrics(text: string): MetricsAddress | 'on' {
  return text === 'on' ? text : parseMetricsAddress(text);
}

/**
 * Reads "unix:///PATH" or "http://127.0.0.1:PORT". Every user that reaches it can read what is moved, so it must not be
 * the network.
 *
 * @throws VmToolsError XFR_METRICS_ADDRESS of kind usage
 */
export function parseMetricsAddress(text: string): MetricsAddress {
  const path = /^unix:\/\/(\/[^\p{Cc}]{1,106})$/u.exec(text)?.[1];
  if (path !== undefined) return { path };
  const at = readLoopback(text);
  if (at !== undefined) return at;
  throw new VmToolsError({
    code: 'XFR_METRICS_ADDRESS',
    kind: 'usage',
    message: `metrics cannot be shown at ${text}`,
    hint: 'write on, unix:///PATH, or http://127.0.0.1:PORT; a proxy in front of it can show them to other hosts',
    details: { text },
  });
}

function readLoopback(text: string): MetricsAddress | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, hostname, port, pathname, username } = new URL(text);
  const host = hostname === 'localhost' ? '127.0.0.1' : hostname.replace(/^\[|\]$/g, '');
  const version = isIP(host);
  const isPlain = protocol === 'http:' && ['/', '/metrics'].includes(pathname) && username === '';
  if (!isPlain || version === 0 || !LOOPBACK.check(host, `ipv${version as 4 | 6}`)) return undefined;
  return { host, port: port === '' ? 80 : Number(port) };
}

/**
 * Where a program shows its metrics.
 *
 * @param root the folder of all files of the host
 */
export function metricsAddress(
  given: MetricsAddress | 'on',
  { root, program }: { readonly root: string; readonly program: string },
): MetricsAddress {
  return given === 'on' ? { path: join(root, `run/vm-tools/${program}.sock`) } : given;
}

/** The text that `parseMetricsAddress` reads again as the same address. */
export function formatMetricsAddress(address: MetricsAddress): string {
  return 'path' in address ? `unix://${address.path}` : `http://${formatAddress(address.host, address.port)}`;
}
