/**
 * Who this host is, which others it knows, and what they may do. Nothing is accepted in silence: a peer is known by
 * the fingerprint of its key, or by a name that an authority of our own has certified.
 *
 * @example
 * ```ts
 * const folder = trustFolder();
 * await createIdentity(folder, { name: hostname() }); // once
 * const { fingerprint } = await peekFingerprint({ host: '10.0.0.2', port: 8002 }); // shown, compared, and then
 * await trustPeer(folder, 'b', { fingerprint, hosts: ['10.0.0.2'], domains: ['web-*'], maxMemoryMib: 4096 });
 *
 * const trust = await Trust.open(folder);
 * const who = await trust.checkPeer({ certificate, chainError, host, address });
 * using place = await trust.authorise(who, offer);
 * ```
 *
 * @packageDocumentation
 */
export { trustFolder } from './trust-folder.ts';
export type { TrustFolder } from './trust-folder.ts';
export { createIdentity } from './create-identity.ts';
export type { CreateIdentityOptions } from './create-identity.ts';
export { readIdentity } from './identity.ts';
export type { Identity } from './identity.ts';
export { fingerprintOf } from './fingerprint.ts';
export { peekFingerprint } from './peek-fingerprint.ts';
export type { PeekedPeer } from './peek-fingerprint.ts';
export { forgetPeer, listPeers, readPeer, trustPeer } from './peers.ts';
export type { Peer, PeerSettings } from './peer.ts';
export { checkPeer } from './check-peer.ts';
export type { PresentedPeer } from './check-peer.ts';
export { authorise } from './authorise.ts';
export type { Direction, LivingGuest, OfferedGuest } from './authorise.ts';
export { Trust } from './trust.ts';
export type { Credentials } from './trust.ts';
