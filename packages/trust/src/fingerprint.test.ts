import { createPrivateKey, createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { FINGERPRINT, fingerprintOf } from './fingerprint.ts';
import { COMMON_NAME_ONLY, NAME_AND_ADDRESS } from './testing/certificates.ts';

test('a key has one fingerprint, in whatever it comes', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const pem = publicKey.export({ type: 'spki', format: 'pem' }) as string;
  const secret = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  const all = [publicKey, privateKey, pem, secret, createPublicKey(pem), createPrivateKey(secret)];
  expect(new Set(all.map(fingerprintOf)).size).toBe(1);
  expect(fingerprintOf(publicKey)).toMatch(FINGERPRINT);
  expect(fingerprintOf(generateKeyPairSync('ed25519').publicKey)).not.toBe(fingerprintOf(publicKey));
});

test('two certificates of one key have its fingerprint', () => {
  const all = [NAME_AND_ADDRESS, COMMON_NAME_ONLY, new X509Certificate(NAME_AND_ADDRESS)];
  expect(new Set(all.map(fingerprintOf)).size).toBe(1);
});

test('a fingerprint is nothing more and nothing less', () => {
  const good = `SHA256:${'Az09+/A'.repeat(7).slice(0, 43)}`;
  expect(good).toMatch(FINGERPRINT);
  for (const wrong of [
    ` ${good}`,
    `${good}A`,
    `${good}=`,
    good.slice(0, -1),
    good.slice(1),
    good.replace('/', '-'),
  ])
    expect(wrong).not.toMatch(FINGERPRINT);
});
