/**
 * Addresses of peers and the connections to them, one transport at a time.
 *
 * @example
 * ```ts
 * const connection = await connectTcp(parseEndpoint('10.0.0.2'), { signal }); // in the clear
 * await sendToPeer(source, connection);
 * ```
 *
 * @packageDocumentation
 */
export { acceptTls } from './tls/accept-tls.ts';
export { bind } from './bind.ts';
export { notSecure, type ConnectOptions } from './connect-peer.ts';
export { connectTls } from './tls/connect-tls.ts';
export { descriptorConnection } from './descriptors.ts';
export { DEFAULT_PORT, formatAddress, type Endpoint } from './endpoint.ts';
export { formatPeerAddress } from './peer-address.ts';
export type { DescriptorAddress, PeerAddress, SshAddress, TlsAddress, UnixAddress } from './peer-address.ts';
export { connectSsh } from './ssh.ts';
export { connectTcp } from './tcp.ts';
export type { PresentedPeer, TlsConnection, TlsCredentials } from './tls/tls.ts';
export { connectUnix, unixConnection } from './unix.ts';
