import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { fingerprintOf } from '../fingerprint.ts';
import { claimedName } from '../name.ts';
import { expired, keyChanged, noCertificate, otherName, unknownPeer } from './peer-errors.ts';
import type { Peer } from './peer.ts';

/** A peer that has proved that it has the key of the certificate it shows; nothing else is certain about it. */
export interface PresentedPeer {
  /** undefined when it shows none */
  readonly certificate: X509Certificate | undefined;
  /** OpenSSL's word for why no authority of ours vouches for it; undefined when one does */
  readonly chainError: string | undefined;
  /** how this side called it; undefined when it has called this side */
  readonly host: string | undefined;
  /** its address, for messages: "10.0.0.2:4711" */
  readonly address: string;
}

/** OpenSSL's words for a chain that is good but for the time. */
const OUT_OF_TIME = ['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'];

/**
 * Finds out which peer it is: the one with that key, or with a name that an authority has certified for it.
 *
 * @throws VmToolsError of kind peer: XFR_PEER_NO_CERTIFICATE, XFR_PEER_UNKNOWN, XFR_PEER_KEY_CHANGED, XFR_PEER_EXPIRED,
 *   XFR_PEER_NAME (a peer that is known answers where another one was called)
 */
export function checkPeer(
  { certificate, chainError, host, address }: PresentedPeer,
  {
    peers,
    now,
    hasAuthorities,
  }: { readonly peers: readonly Peer[]; readonly now: Date; readonly hasAuthorities: boolean },
): Peer {
  if (certificate === undefined) throw noCertificate(address);
  const fingerprint = fingerprintOf(certificate);
  const pinned = peers.find((peer) => peer.fingerprint === fingerprint);
  const certified = hasAuthorities ? peers.find((peer) => isCertified(peer, certificate)) : undefined;
  const peer = pinned ?? certified;
  if (peer === undefined) {
    const claimed = claimedName(certificate);
    const meant = peers.find((known) =>
      host === undefined ? known.name === claimed : isCalled(known, host),
    );
    if (meant?.fingerprint !== undefined) {
      throw keyChanged({ name: meant.name, expected: meant.fingerprint, fingerprint, address });
    }
    const why = hasAuthorities ? chainError : undefined;
    throw unknownPeer({ address, fingerprint, claimed, host, chainError: why });
  }

  const { name } = peer;
  const { validFromDate: from, validToDate: to } = certificate;
  const isOutOfTime = now < from || now > to;
  if (pinned === undefined && chainError !== undefined) {
    if (OUT_OF_TIME.includes(chainError)) throw expired({ address, name, from, to, now });
    throw unknownPeer({ address, fingerprint, claimed: claimedName(certificate), host, chainError });
  }
  if (isOutOfTime) throw expired({ address, name, from, to, now });
  const isMeant =
    host === undefined || isCalled(peer, host) || (pinned === undefined && isFor(certificate, host));
  if (!isMeant) throw otherName({ address, name, host });
  return peer;
}

function isCertified({ certificateName }: Peer, certificate: X509Certificate): boolean {
  const rules = { subject: 'never', wildcards: false } as const;
  return certificateName !== undefined && certificate.checkHost(certificateName, rules) !== undefined;
}

/** An authority says that this host has this name or address; a key that is trusted by itself says nothing about it. */
function isFor(certificate: X509Certificate, host: string): boolean {
  const found =
    isIP(host) === 0 ? certificate.checkHost(host, { subject: 'never' }) : certificate.checkIP(host);
  return found !== undefined;
}

function isCalled({ name, hosts }: Peer, host: string): boolean {
  const wanted = host.toLowerCase();
  return [name, ...hosts].some((known) => known.toLowerCase() === wanted);
}
