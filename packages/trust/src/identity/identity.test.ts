import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { trustFolder, type TrustFolder } from '../files/trust-folder.ts';
import { fingerprintOf } from '../fingerprint.ts';
import { Trust } from '../trust.ts';
import { createIdentity } from './create-identity.ts';
import { readIdentity } from './identity.ts';

let root: string;
let folder: TrustFolder;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'identity-'));
  folder = trustFolder(root);
});
afterEach(() => rm(root, { recursive: true }));

const DAY_MS = 86_400_000;

test('a new identity is a key that only root reads and a certificate that OpenSSL accepts', async () => {
  const identity = await createIdentity(folder, { name: 'a.example' });
  const certificate = new X509Certificate(identity.certificate);
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(certificate.checkPrivateKey(createPrivateKey(identity.key))).toBe(true);
  expect(certificate.checkHost('a.example', { subject: 'never' })).toBe('a.example');
  expect([certificate.ca, certificate.subject, certificate.keyUsage]).toEqual([
    false,
    'CN=a.example',
    ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'],
  ]);
  expect((await stat(folder.key)).mode & 0o777).toBe(0o600);
  expect((await readdir(dirname(folder.key))).sort()).toEqual(['identity.crt', 'identity.key']);
  expect(await readIdentity(folder)).toEqual(identity);
  expect([typeof identity.key, typeof identity.certificate]).toEqual(['string', 'string']);
  expect(identity).toMatchObject({ name: 'a.example', fingerprint: fingerprintOf(identity.certificate) });
});

test.each([2026, 2049, 2050, 2079])('validity is to the second in %i', async (year) => {
  const now = Date.UTC(year, 0, 31, 23, 59, 58);
  const { validFrom, validTo } = await createIdentity(folder, { name: 'a', validDays: 3, now: () => now });
  expect([validFrom.getTime(), validTo.getTime()]).toEqual([now - DAY_MS, now + 3 * DAY_MS]);
});

test('a fingerprint is what openssl dgst -sha256 says of the public key', () => {
  const pem = `-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PUBLIC KEY-----`;
  expect(fingerprintOf(pem)).toBe('SHA256:oekVYFTgT6yJmunydRMs3Ael28TqLCrTof/G4NJTaB8');
});

test('a second init is refused, and says what is there', async () => {
  const { fingerprint } = await createIdentity(folder, { name: 'a' });
  await expect(createIdentity(folder, { name: 'a' })).rejects.toMatchObject({
    code: 'XFR_IDENTITY_EXISTS',
    kind: 'usage',
    details: { fingerprint },
  });
});

test('a renewed certificate keeps the fingerprint, a new key does not', async () => {
  const first = await createIdentity(folder, { name: 'a', validDays: 1 });
  const renewed = await createIdentity(folder, { name: 'b', replace: 'certificate' });
  expect(renewed).toMatchObject({ fingerprint: first.fingerprint, name: 'b' });
  expect(renewed.validTo.getTime()).toBeGreaterThan(first.validTo.getTime());
  const other = await createIdentity(folder, { name: 'b', replace: 'key' });
  expect(other.fingerprint).not.toBe(first.fingerprint);
  expect((await stat(folder.key)).mode & 0o777).toBe(0o600);
});

test('a crash between key and certificate is made good by the next init', async () => {
  const { fingerprint } = await createIdentity(folder, { name: 'a' });
  await rm(folder.certificate);
  await expect(readIdentity(folder)).rejects.toMatchObject({ code: 'XFR_IDENTITY_MISSING' });
  expect(await createIdentity(folder, { name: 'a' })).toMatchObject({ fingerprint });
});

test('two who make it at the same time come to the same key', async () => {
  const both = await Promise.all([1, 2].map(() => createIdentity(folder, { name: 'a' })));
  expect(both[0]?.fingerprint).toBe(both[1]?.fingerprint);
  expect(await readIdentity(folder)).toMatchObject({ fingerprint: both[0]?.fingerprint });
});

test.each(['', '-a', 'a b', '../a', 'a/b', 'a\nb', 'a'.repeat(65)])('%j is no name', async (name) => {
  await expect(createIdentity(folder, { name })).rejects.toMatchObject({ code: 'XFR_IDENTITY_NAME' });
  expect(await readdir(root)).toEqual([]);
});

test.each<[string, string, (folder: TrustFolder) => Promise<void>]>([
  ['is not there', 'XFR_IDENTITY_MISSING', ({ key }) => rm(key)],
  ['can be read by all', 'XFR_IDENTITY_MODE', ({ key }) => chmod(key, 0o644)],
  ['is no key', 'XFR_IDENTITY_INVALID', ({ key }) => writeFile(key, 'hello')],
  ['is of another certificate', 'XFR_IDENTITY_INVALID', ({ key }) => writeFile(key, otherKey())],
  ['is a folder', 'XFR_TRUST_FILE', ({ key }) => rm(key).then(() => mkdir(key, 0o700))],
  ['has no certificate', 'XFR_IDENTITY_MISSING', ({ certificate }) => rm(certificate)],
  ['has a broken one', 'XFR_IDENTITY_INVALID', ({ certificate }) => writeFile(certificate, 'hello')],
])('a key that %s is an error: %s', async (_what, code, spoil) => {
  await createIdentity(folder, { name: 'a' });
  await spoil(folder);
  await expect(readIdentity(folder)).rejects.toMatchObject({ code });
});

test.each<[string, RegExp, (folder: TrustFolder) => Promise<void>]>([
  ['key', /identity\.key cannot be used: no private key can be read/, ({ key }) => writeFile(key, 'hello')],
  [
    'pair',
    /it is not the certificate of the key in .*identity\.key$/,
    ({ key }) => writeFile(key, otherKey()),
  ],
  [
    'certificate',
    /identity\.crt cannot be used: no certificate can be read/,
    ({ certificate }) => writeFile(certificate, 'hello'),
  ],
])(
  'what is wrong with its %s is said, and that it is for the operator to mend',
  async (_what, message, spoil) => {
    await createIdentity(folder, { name: 'a' });
    await spoil(folder);
    await expect(readIdentity(folder)).rejects.toMatchObject({
      ...{ code: 'XFR_IDENTITY_INVALID', kind: 'usage', message: expect.stringMatching(message) },
    });
  },
);

test('a key that others could read is said with its mode, down to the least of it', async () => {
  const { key, certificate } = folder;
  const identity = await createIdentity(folder, { name: 'a' });
  for (const mode of [0o601, 0o602, 0o604, 0o620]) {
    await chmod(key, mode);
    await expect(readIdentity(folder)).rejects.toMatchObject({
      ...{ code: 'XFR_IDENTITY_MODE', kind: 'usage', details: { path: key, mode } },
      message: expect.stringContaining(`its mode is ${mode.toString(8)}`),
    });
  }
  await chmod(key, 0o640);
  expect(await readIdentity(folder)).toEqual(identity);
  await rm(certificate);
  await expect(readIdentity(folder)).rejects.toMatchObject({ kind: 'usage', details: { path: certificate } });
  await mkdir(certificate);
  await expect(readIdentity(folder)).rejects.toMatchObject({
    ...{ code: 'XFR_TRUST_FILE', message: expect.stringContaining(`cannot read ${certificate}`) },
  });
  await rm(key);
  await mkdir(key, { mode: 0o700 });
  await expect(readIdentity(folder)).rejects.toMatchObject({
    ...{ code: 'XFR_TRUST_FILE', message: expect.stringContaining(`cannot read ${key}`) },
  });
});

test('an identity that is out of time is noticed before any peer has to', async () => {
  const now = (): number => Date.now() - 10 * DAY_MS;
  await createIdentity(folder, { name: 'a', validDays: 1, now });
  await expect(Trust.open(folder)).rejects.toMatchObject({
    code: 'XFR_IDENTITY_EXPIRED',
    hint: expect.stringContaining('--renew'),
  });
  const trust = await Trust.open(folder, { now });
  await writeFile(folder.certificate, await readFile(folder.key));
  await expect(trust.reload()).rejects.toMatchObject({ code: 'XFR_IDENTITY_INVALID' });
  expect(trust.identity.name).toBe('a');
});

function otherKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
}
