/**
 * The identity of this host, the peers that it trusts, and what they may do. Nothing is trusted silently: a peer is
 * known by the fingerprint of its key, or by a name that an authority of our own has certified.
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
export { trustFolder } from './files/trust-folder.ts';
export type { TrustFolder } from './files/trust-folder.ts';
export { createIdentity } from './identity/create-identity.ts';
export type { CreateIdentityOptions } from './identity/create-identity.ts';
export { readIdentity } from './identity/identity.ts';
export type { Identity } from './identity/identity.ts';
export { fingerprintOf } from './fingerprint.ts';
export { peekFingerprint } from './peers/peek-fingerprint.ts';
export type { PeekedPeer } from './peers/peek-fingerprint.ts';
export { forgetPeer, listPeers, readPeer, trustPeer } from './peers/peers.ts';
export type { Peer, PeerSettings } from './peers/peer.ts';
export { checkPeer } from './peers/check-peer.ts';
export type { PresentedPeer } from './peers/check-peer.ts';
export { authorise } from './peers/authorise.ts';
export type { Direction, LivingGuest, OfferedGuest } from './peers/authorise.ts';
export { Trust } from './trust.ts';
export type { Credentials } from './trust.ts';
