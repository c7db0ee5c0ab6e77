import { isIPv6 } from 'node:net';
import { VmToolsError } from '@vm-tools/errors';
import { formatAddress, parseEndpoint, type Endpoint } from './endpoint.ts';

/** "tls://HOST[:PORT]". */
export interface TlsAddress {
  readonly transport: 'tls';
  readonly host: string;
  readonly port: number;
}

/** "unix:///PATH". */
export interface UnixAddress {
  readonly transport: 'unix';
  /** absolute */
  readonly path: string;
}

/** "ssh://[USER@]HOST[:PORT][/PATH/TO/xfrd]": the program that is run there is the other end. */
export interface SshAddress {
  readonly transport: 'ssh';
  /** @default as ssh is configured */
  readonly user?: string | undefined;
  readonly host: string;
  /** @default as ssh is configured */
  readonly port?: number;
  /** what is run there, a name or a path; nothing in it means anything to a shell */
  readonly program: string;
}

/** "fd://N" or "fd://N,M": descriptors that another program has opened. */
export interface DescriptorAddress {
  readonly transport: 'fd';
  readonly read: number;
  /** the same one for a socket */
  readonly write: number;
}

/** Every way in which a peer can be reached. */
export type PeerAddress = TlsAddress | Endpoint | UnixAddress | SshAddress | DescriptorAddress;

const SSH =
  /^(?:(?<user>[A-Za-z0-9_][A-Za-z0-9._-]*)@)?(?<where>[^/@]+)(?<program>(?:\/[A-Za-z0-9._+-]+)+)?$/;
const DESCRIPTORS = /^(\d{1,6})(?:,(\d{1,6}))?$/;

/** The longest that a unix socket can have, without its NUL. */
const MAX_PATH_BYTES = 107;

/**
 * Reads "tls://HOST[:PORT]", "tcp://HOST[:PORT]", "unix:///PATH", "ssh://[USER@]HOST[:PORT][/PATH/TO/xfrd]", "fd://N" or
 * "fd://N,M"; without a scheme it is tls.
 *
 * @throws VmToolsError XFR_ENDPOINT_SYNTAX or XFR_ENDPOINT_TRANSPORT, both of kind usage
 */
export function parsePeerAddress(text: string): PeerAddress {
  const [, scheme = 'tls', rest = ''] = /^(?:([A-Za-z][A-Za-z0-9+.-]*):\/\/)?(.*)$/s.exec(text.trim()) ?? [];
  switch (scheme.toLowerCase()) {
    case 'tls':
      return { ...parseEndpoint(rest), transport: 'tls' };
    case 'tcp':
      return parseEndpoint(rest);
    case 'unix':
      return parsePath(rest, text);
    case 'ssh':
      return parseSsh(rest, text);
    case 'fd':
      return parseDescriptors(rest, text);
    default:
      throw new VmToolsError({
        code: 'XFR_ENDPOINT_TRANSPORT',
        kind: 'usage',
        message: `"${scheme}" is no transport that is known here`,
        hint: 'write tls://HOST or just HOST, ssh://HOST, unix:///PATH, fd://N, or tcp://HOST with --insecure',
        details: { text },
      });
  }
}

/** The text that `parsePeerAddress` reads again as the same address: journals keep it. */
export function formatPeerAddress(address: PeerAddress): string {
  switch (address.transport) {
    case 'tls':
    case 'tcp':
      return `${address.transport}://${formatAddress(address.host, address.port)}`;
    case 'unix':
      return `unix://${address.path}`;
    case 'fd':
      return address.read === address.write
        ? `fd://${address.read}`
        : `fd://${address.read},${address.write}`;
    case 'ssh': {
      const { user, host, port, program } = address;
      const where = port === undefined ? (isIPv6(host) ? `[${host}]` : host) : formatAddress(host, port);
      const path = program === PROGRAM ? '' : program;
      return `ssh://${user === undefined ? '' : `${user}@`}${where}${path}`;
    }
  }
}

const PROGRAM = 'xfrd';

function parsePath(path: string, text: string): UnixAddress {
  const isUsable =
    path.startsWith('/') &&
    !/\p{Cc}/u.test(path) &&
    Buffer.byteLength(path) <= MAX_PATH_BYTES &&
    path === path.trim();
  if (isUsable) return { transport: 'unix', path };
  throw syntax(
    text,
    `write unix:///PATH, with a path from the root and at most ${MAX_PATH_BYTES} bytes long`,
  );
}

function parseSsh(rest: string, text: string): SshAddress {
  const { user, where, program = PROGRAM } = SSH.exec(rest)?.groups ?? {};
  if (where === undefined) throw syntax(text, 'write ssh://HOST, ssh://USER@HOST or ssh://HOST/PATH/TO/xfrd');
  const { host, port } = parseEndpoint(where);
  const hasPort = !isIPv6(where) && /:\d+$/.test(where);
  return {
    transport: 'ssh',
    user,
    host,
    ...(hasPort ? { port } : {}),
    program,
  };
}

function parseDescriptors(rest: string, text: string): DescriptorAddress {
  const [, read, write = read] = DESCRIPTORS.exec(rest) ?? [];
  if (read === undefined) throw syntax(text, 'write fd://N for a socket, or fd://R,W for two pipes');
  return { transport: 'fd', read: Number(read), write: Number(write) };
}

function syntax(text: string, hint: string): VmToolsError {
  return new VmToolsError({
    code: 'XFR_ENDPOINT_SYNTAX',
    kind: 'usage',
    message: `"${text}" does not say where the peer is`,
    hint,
    details: { text },
  });
}
