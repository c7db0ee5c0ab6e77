import type { AddressInfo, Server } from 'node:net';
import type { ListenAt } from '../transport/bind.ts';
import { formatAddress } from '../transport/endpoint.ts';
import type { Listener } from './options.ts';

/** Without the port, which is another one each time. */
export function hostOf(peer: string): string {
  return peer.replace(/:\d+$/, '');
}

/** The addresses at which a listener can be reached. */
export interface Bound extends Pick<Listener, 'address' | 'host' | 'port'> {
  readonly isUnix: boolean;
}

/** @param path of a unix socket that another process has opened, if that is known */
export function boundTo(server: Server, at: ListenAt, scheme: 'tcp' | 'tls', path?: string): Bound {
  if ('path' in at) return { isUnix: true, address: `unix://${at.path}`, host: '', port: 0 };
  const bound = server.address() as AddressInfo | null;
  // Node knows no address of a unix socket that another process has opened.
  if ('fd' in at && bound === null) {
    const address = path === undefined ? `fd://${at.fd}` : `unix://${path}`;
    return { isUnix: true, address, host: '', port: 0 };
  }
  const { port = 0 } = bound ?? {};
  const host = 'host' in at ? at.host : (bound?.address ?? '');
  return { isUnix: false, address: `${scheme}://${formatAddress(host, port)}`, host, port };
}
