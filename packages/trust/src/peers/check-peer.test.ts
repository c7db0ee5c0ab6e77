import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTestAuthority } from '../testing/test-authority.ts';
import { createTestHost, type TestHost } from '../testing/test-host.ts';
import type { PresentedPeer } from './check-peer.ts';
import { forgetPeer, trustPeer } from './peers.ts';

const DAY_MS = 86_400_000;

let a: TestHost;
let b: TestHost;
let c: TestHost;
beforeAll(async () => {
  [a, b, c] = await Promise.all([createTestHost('a'), createTestHost('b'), createTestHost('c')]);
  await a.trusts(b, { hosts: ['10.0.0.2', 'B2.example'] });
  await a.trusts(c, { hosts: [] });
});
afterAll(() => Promise.all([a, b, c].map((host) => host[Symbol.asyncDispose]())));

function shown({ trust }: TestHost, more: Partial<PresentedPeer> = {}): PresentedPeer {
  return {
    certificate: new X509Certificate(trust.identity.certificate),
    chainError: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    host: undefined,
    address: '10.0.0.2:4711',
    ...more,
  };
}

test.each([undefined, 'b', 'B', '10.0.0.2', 'b2.example'])('a known key is b, called %s', async (host) => {
  await expect(a.trust.checkPeer(shown(b, { host }))).resolves.toBe('b');
});

test('a peer without certificate', async () => {
  await expect(a.trust.checkPeer(shown(b, { certificate: undefined }))).rejects.toMatchObject({
    code: 'XFR_PEER_NO_CERTIFICATE',
    kind: 'peer',
  });
});

test('an unknown one is shown with its fingerprint and the command that trusts it', async () => {
  await using d = await createTestHost('d');
  const { fingerprint } = d.identity;
  await expect(a.trust.checkPeer(shown(d))).rejects.toMatchObject({
    code: 'XFR_PEER_UNKNOWN',
    kind: 'peer',
    message: expect.stringContaining(fingerprint),
    hint: expect.stringContaining(`xfrd trust d --fingerprint ${fingerprint}`),
  });
  await expect(a.trust.checkPeer(shown(d, { host: '10.0.0.4' }))).rejects.toMatchObject({
    hint: expect.stringContaining(`xfrd trust d 10.0.0.4 --fingerprint ${fingerprint}`),
  });
});

test('another key under a known name, or at a known address, is not that peer', async () => {
  await using other = await createTestHost('b');
  const changed = {
    code: 'XFR_PEER_KEY_CHANGED',
    kind: 'peer',
    details: { name: 'b', expected: b.identity.fingerprint, fingerprint: other.identity.fingerprint },
  };
  await expect(a.trust.checkPeer(shown(other))).rejects.toMatchObject(changed);
  await expect(a.trust.checkPeer(shown(other, { host: '10.0.0.2' }))).rejects.toMatchObject(changed);
});

test('a known peer that answers where another one was called', async () => {
  await expect(a.trust.checkPeer(shown(c, { host: '10.0.0.2' }))).rejects.toMatchObject({
    code: 'XFR_PEER_NAME',
    kind: 'peer',
    hint: expect.stringContaining('xfrd trust c 10.0.0.2'),
  });
});

test.each([
  [-20, 'was valid until'],
  [20, 'is valid only from'],
])('a certificate that is %i days off', async (days, words) => {
  await using d = await createTestHost('d', { validDays: 10, now: () => Date.now() + days * DAY_MS });
  await a.trusts(d);
  const expired = { code: 'XFR_PEER_EXPIRED', kind: 'peer', message: expect.stringContaining(words) };
  await expect(a.trust.checkPeer(shown(d))).rejects.toMatchObject(expired);
  await forgetPeer(a.folder, 'd');
});

test('an authority vouches for a name, and only for that one, in time, and when it is one of ours', async () => {
  await using host = await createTestHost('host');
  await using d = await createTestHost('d');
  await trustPeer(host.folder, 'dora', { certificateName: 'd.example' });
  const authority = createTestAuthority();
  await authority.certify(d, 'd.example');

  const vouched = { chainError: undefined };
  await expect(host.trust.checkPeer(shown(d, vouched))).rejects.toMatchObject({ code: 'XFR_PEER_UNKNOWN' });
  await authority.certify(host);
  const { trust } = host;
  await expect(trust.checkPeer(shown(d, vouched))).resolves.toBe('dora');
  await expect(trust.checkPeer(shown(d, { ...vouched, host: 'd.example' }))).resolves.toBe('dora');
  await expect(trust.checkPeer(shown(d, { ...vouched, host: '10.0.0.2' }))).rejects.toMatchObject({
    code: 'XFR_PEER_NAME',
  });
  const chainError = 'UNABLE_TO_VERIFY_LEAF_SIGNATURE';
  await expect(trust.checkPeer(shown(d, { chainError }))).rejects.toMatchObject({
    code: 'XFR_PEER_UNKNOWN',
    details: { chainError },
  });
  await expect(trust.checkPeer(shown(d, { chainError: 'CERT_HAS_EXPIRED' }))).rejects.toMatchObject({
    code: 'XFR_PEER_EXPIRED',
  });
  await authority.certify(d, 'e.example');
  await expect(trust.checkPeer(shown(d, vouched))).rejects.toMatchObject({ code: 'XFR_PEER_UNKNOWN' });
});

test('a host that calls itself is told so, known or not', async () => {
  await expect(a.trust.checkPeer(shown(a, { host: 'localhost' }))).rejects.toMatchObject({
    code: 'XFR_SAME_HOST',
    kind: 'usage',
  });
});
