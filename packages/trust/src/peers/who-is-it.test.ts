/** `checkPeer` by itself, on certificates that are what they are. */
import { X509Certificate } from 'node:crypto';
import { expect, test } from '@jest/globals';
import type { VmToolsError } from '@vm-tools/errors';
import { fingerprintOf } from '../fingerprint.ts';
import { COMMON_NAME_ONLY, NAME_AND_ADDRESS, WILDCARD } from '../testing/certificates.ts';
import { checkPeer, type PresentedPeer } from './check-peer.ts';
import type { Peer } from './peer.ts';

const plain = { hosts: [], maySend: true, mayReceive: true, live: true };
const KEY = fingerprintOf(NAME_AND_ADDRESS);
const OTHER_KEY = `SHA256:${'A'.repeat(43)}`;

const pinned: Peer = { ...plain, name: 'p', fingerprint: KEY };
const certified: Peer = { ...plain, name: 'c', certificateName: 'd.example' };
const other: Peer = { ...plain, name: 'o', fingerprint: OTHER_KEY, hosts: ['10.0.0.7'] };

const { validFromDate, validToDate } = new X509Certificate(NAME_AND_ADDRESS);
const NOW = new Date(Date.UTC(2050, 0, 1));

/** The name of the peer, or the code of the error. */
function who(
  peers: readonly Peer[],
  shown: Partial<Omit<PresentedPeer, 'certificate'>> & { readonly pem?: string } = {},
  { now = NOW, hasAuthorities = true } = {},
): unknown {
  const { pem = NAME_AND_ADDRESS, ...more } = shown;
  const certificate = new X509Certificate(pem);
  const presented = { certificate, chainError: undefined, host: undefined, address: '10.0.0.9:1', ...more };
  try {
    return checkPeer(presented, { peers, now, hasAuthorities }).name;
  } catch (thrown) {
    return (thrown as VmToolsError).code;
  }
}

test('a key is known by itself, whichever names are certified, and a name when an authority of ours says so', () => {
  expect(who([other, certified, pinned])).toBe('p');
  expect(who([other, certified])).toBe('c');
  expect(who([other, certified], {}, { hasAuthorities: false })).toBe('XFR_PEER_UNKNOWN');
  expect(who([other, certified], { chainError: 'CERT_REVOKED' })).toBe('XFR_PEER_UNKNOWN');
  expect(who([other, pinned], { chainError: 'CERT_REVOKED' })).toBe('p');
  expect(who([other])).toBe('XFR_PEER_UNKNOWN');
});

test('a name counts only where names stand, and only as a whole', () => {
  expect(who([certified], { pem: COMMON_NAME_ONLY })).toBe('XFR_PEER_UNKNOWN');
  expect(who([certified], { pem: WILDCARD })).toBe('XFR_PEER_UNKNOWN');
  expect(who([{ ...certified, certificateName: 'e.example' }])).toBe('XFR_PEER_UNKNOWN');
});

test('who is vouched for by an authority may be called by what is certified: names and addresses', () => {
  for (const host of ['c', 'C', 'd.example', '10.0.0.9'])
    expect([host, who([certified], { host })]).toEqual([host, 'c']);
  for (const host of ['e.example', '10.0.0.8', '::1'])
    expect([host, who([certified], { host })]).toEqual([host, 'XFR_PEER_NAME']);
});

test('whose key is known may be called only by what is known here, whatever it has certified for itself', () => {
  expect(who([pinned], { host: 'p' })).toBe('p');
  expect(who([{ ...pinned, hosts: ['D.example'] }], { host: 'd.example' })).toBe('p');
  for (const host of ['d.example', '10.0.0.9']) expect(who([pinned], { host })).toBe('XFR_PEER_NAME');
});

test('a certificate holds from its first second to its last', () => {
  const [from, to] = [validFromDate.getTime(), validToDate.getTime()];
  const at = (ms: number): unknown => who([pinned], {}, { now: new Date(ms) });
  expect([at(from - 1), at(from), at(to), at(to + 1)]).toEqual([
    'XFR_PEER_EXPIRED',
    'p',
    'p',
    'XFR_PEER_EXPIRED',
  ]);
  for (const chainError of ['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']) {
    expect(who([certified], { chainError })).toBe('XFR_PEER_EXPIRED');
    expect(who([pinned], { chainError })).toBe('p');
  }
});

test('a stranger where a known peer was called is that peer with another key, whatever it calls itself', () => {
  expect(who([other, certified], { host: '10.0.0.7' }, { hasAuthorities: false })).toBe(
    'XFR_PEER_KEY_CHANGED',
  );
  expect(who([{ ...other, name: 'd.example' }])).toBe('XFR_PEER_KEY_CHANGED');
  expect(who([{ ...other, name: 'd.example' }], { host: '10.0.0.6' })).toBe('XFR_PEER_UNKNOWN');
  // It is known by a name that an authority certifies: there is no key of its own that could have changed.
  expect(who([certified], { host: 'c', pem: WILDCARD })).toBe('XFR_PEER_UNKNOWN');
});
