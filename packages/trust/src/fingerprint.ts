import { createHash, createPublicKey, X509Certificate, type KeyObject } from 'node:crypto';

/** Of what `fingerprintOf` gives. */
export const FINGERPRINT = /^SHA256:[A-Za-z0-9+/]{43}$/;

/**
 * SHA-256 of the public key (SubjectPublicKeyInfo), written the way ssh writes its own: "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU".
 * A certificate that is renewed for the same key keeps it.
 *
 * @param subject a key, either half of it, or a certificate, also as PEM
 */
export function fingerprintOf(subject: KeyObject | X509Certificate | string): string {
  const der = publicKeyOf(subject).export({ type: 'spki', format: 'der' });
  return `SHA256:${createHash('sha256').update(der).digest('base64').replace(/=+$/, '')}`;
}

function publicKeyOf(subject: KeyObject | X509Certificate | string): KeyObject {
  if (subject instanceof X509Certificate) return subject.publicKey;
  return typeof subject !== 'string' && subject.type === 'public' ? subject : createPublicKey(subject);
}
