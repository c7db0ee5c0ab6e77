import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { VmToolsError } from '@vm-tools/errors';
import { writeAside } from '@vm-tools/write-file';
import { fileError } from '../files/file-error.ts';
import type { TrustFolder } from '../files/trust-folder.ts';
import { PEER_NAME } from '../name.ts';
import { readIdentity, readKey, type Identity } from './identity.ts';
import { signCertificate } from './sign-certificate.ts';

const DAY_MS = 86_400_000;

/** The host's name, the lifetime of its certificate, and the parts of an earlier identity that stay. */
export interface CreateIdentityOptions {
  /** what the host calls itself, e.g. os.hostname() */
  readonly name: string;
  /** @default 3650 */
  readonly validDays?: number | undefined;
  /** a new certificate for the same key, which peers go on to know; or a new key. @default what is there stays */
  readonly replace?: 'certificate' | 'key' | undefined;
  /** ms since 1970. @default Date.now */
  readonly now?: (() => number) | undefined;
}

/**
 * Makes this host's identity: an Ed25519 key and a certificate that it signs itself. The key is there before the
 * certificate, and if a crash comes between them the next call makes the certificate.
 *
 * @throws VmToolsError XFR_IDENTITY_EXISTS, XFR_IDENTITY_NAME (usage), XFR_TRUST_FILE, and those of `readIdentity`
 */
export async function createIdentity(folder: TrustFolder, options: CreateIdentityOptions): Promise<Identity> {
  const { name, validDays = 3650, replace, now = Date.now } = options;
  if (!PEER_NAME.test(name)) throw badName(name);
  if (replace === undefined) await assertNone(folder);
  const key = await makeKey(folder, replace === 'key');
  // A peer whose clock is behind sees it as valid, too.
  const from = new Date(now() - DAY_MS);
  const to = new Date(now() + validDays * DAY_MS);
  const publicKey = createPublicKey(key);
  const certificate = signCertificate({ name, publicKey, issuer: { name, key }, from, to });
  try {
    await writeAside(folder.certificate, certificate, { mode: 0o644, folderMode: 0o755, synced: 'folder' });
  } catch (thrown) {
    throw fileError(thrown, 'write', folder.certificate);
  }
  return readIdentity(folder);
}

/** The key that is there, or a new one. Of two processes that make one at the same time, both get the first. */
async function makeKey(folder: TrustFolder, isReplaced: boolean): Promise<KeyObject> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  try {
    // An old certificate beside a new key would look like an operator's mistake.
    if (isReplaced) await rm(folder.certificate, { force: true });
    const options = { mode: 0o600, folderMode: 0o755, isNew: !isReplaced, synced: 'folder' } as const;
    if (await writeAside(folder.key, pem, options)) return privateKey;
  } catch (thrown) {
    throw fileError(thrown, 'write', folder.key);
  }
  const { object } = await readKey(folder);
  if (object.asymmetricKeyType === 'ed25519') return object;
  throw new VmToolsError({
    code: 'XFR_IDENTITY_INVALID',
    kind: 'usage',
    message: `${folder.key} is a key of type ${object.asymmetricKeyType}, and was not made here: its certificate must come from where it does`,
    hint: 'renew it there, or make a new key: xfrd init --new-key',
    details: { path: folder.key },
  });
}

async function assertNone(folder: TrustFolder): Promise<void> {
  const identity = await readIdentity(folder).catch((thrown: unknown) => {
    if ((thrown as VmToolsError).code === 'XFR_IDENTITY_MISSING') return undefined;
    throw thrown;
  });
  if (identity === undefined) return;
  throw new VmToolsError({
    code: 'XFR_IDENTITY_EXISTS',
    kind: 'usage',
    message: `this host has an identity already: ${identity.fingerprint}`,
    hint: 'renew the certificate with xfrd init --renew, which peers still trust, or make a new key with xfrd init --new-key, which they do not know',
    details: { fingerprint: identity.fingerprint, path: folder.key },
  });
}

function badName(name: string): VmToolsError {
  return new VmToolsError({
    code: 'XFR_IDENTITY_NAME',
    kind: 'usage',
    message: `${JSON.stringify(name)} is no name for a host`,
    hint: 'give one with --name: at most 64 letters, digits, ".", "-" and "_"',
    details: { name },
  });
}
