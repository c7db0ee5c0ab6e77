import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { messageOf, VmToolsError } from '@vm-tools/errors';
import { fileError, isMissing } from '../files/file-error.ts';
import type { TrustFolder } from '../files/trust-folder.ts';
import { fingerprintOf } from '../fingerprint.ts';
import { claimedName } from '../name.ts';

/** Others may read a key only through a group, as those of an existing PKI often are. */
const FORBIDDEN_MODE = 0o027;

/** The identity of this host: a key, and the certificate that wraps it for TLS. */
export interface Identity {
  /** what the certificate calls the host, if it is a name for a peer */
  readonly name: string | undefined;
  /** what others know it by */
  readonly fingerprint: string;
  readonly validFrom: Date;
  readonly validTo: Date;
  /** PEM, private */
  readonly key: string;
  /** PEM */
  readonly certificate: string;
}

/**
 * @throws VmToolsError of kind usage: XFR_IDENTITY_MISSING, XFR_IDENTITY_MODE (others can read the key),
 *   XFR_IDENTITY_INVALID (no key, no certificate, or not of each other); XFR_TRUST_FILE
 */
export async function readIdentity(folder: TrustFolder): Promise<Identity> {
  const key = await readKey(folder);
  const certificate = await readCertificate(folder);
  const { x509 } = certificate;
  if (!x509.checkPrivateKey(key.object)) {
    throw invalid(folder.certificate, `it is not the certificate of the key in ${folder.key}`);
  }
  return {
    name: claimedName(x509),
    fingerprint: fingerprintOf(x509),
    validFrom: x509.validFromDate,
    validTo: x509.validToDate,
    key: key.pem,
    certificate: certificate.pem,
  };
}

/** @throws VmToolsError as `readIdentity` */
export async function readKey({ key: path }: TrustFolder): Promise<{ pem: string; object: KeyObject }> {
  const pem = await readSecret(path);
  try {
    return { pem, object: createPrivateKey(pem) };
  } catch (thrown) {
    throw invalid(path, `no private key can be read from it: ${messageOf(thrown)}`, thrown);
  }
}

async function readCertificate({
  certificate: path,
}: TrustFolder): Promise<{ pem: string; x509: X509Certificate }> {
  const pem = await readFile(path, 'utf8').catch((thrown: unknown) => {
    throw isMissing(thrown) ? missing(path) : fileError(thrown, 'read', path);
  });
  try {
    return { pem, x509: new X509Certificate(pem) };
  } catch (thrown) {
    throw invalid(path, `no certificate can be read from it: ${messageOf(thrown)}`, thrown);
  }
}

async function readSecret(path: string): Promise<string> {
  try {
    await using file = await open(path, 'r');
    const { mode } = await file.stat();
    if ((mode & FORBIDDEN_MODE) !== 0) {
      throw new VmToolsError({
        code: 'XFR_IDENTITY_MODE',
        kind: 'usage',
        message: `${path} holds this host's private key, and its mode is ${(mode & 0o777).toString(8)}: others can get at it`,
        hint: `chmod 600 ${path}; if another user may have read it, make a new one: xfrd init --new-key`,
        details: { path, mode: mode & 0o777 },
      });
    }
    return await file.readFile('utf8');
  } catch (thrown) {
    throw isMissing(thrown) ? missing(path) : fileError(thrown, 'read', path);
  }
}

function missing(path: string): VmToolsError {
  return new VmToolsError({
    code: 'XFR_IDENTITY_MISSING',
    kind: 'usage',
    message: `this host has no identity yet: ${path} is not there`,
    hint: 'make one with xfrd init',
    details: { path },
  });
}

function invalid(path: string, why: string, cause?: unknown): VmToolsError {
  return new VmToolsError({
    code: 'XFR_IDENTITY_INVALID',
    kind: 'usage',
    message: `${path} cannot be used: ${why}`,
    hint: 'put the right files there, or make a new identity: xfrd init --new-key',
    cause,
    details: { path },
  });
}
