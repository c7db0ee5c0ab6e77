import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { readKey } from '../identity/identity.ts';
import { signCertificate } from '../identity/sign-certificate.ts';
import type { TestHost } from './test-host.ts';

const DAY_MS = 86_400_000;

/** An authority that vouches for hosts. */
export interface TestAuthority {
  /** PEM */
  readonly certificate: string;
  /** Gives the host a certificate that this one has signed, and makes it believe in this authority. */
  certify(host: TestHost, name?: string, to?: Date): Promise<void>;
}

export function createTestAuthority(authority = 'test-authority'): TestAuthority {
  const { publicKey, privateKey: key } = generateKeyPairSync('ed25519');
  const issuer = { name: authority, key };
  const from = new Date(Date.now() - 30 * DAY_MS);
  const until = new Date(Date.now() + 30 * DAY_MS);
  const certificate = signCertificate({
    name: authority,
    publicKey,
    issuer,
    from,
    to: until,
    isAuthority: true,
  });
  return {
    certificate,
    async certify({ folder, name: own, trust }, name = own, to = until) {
      const { object } = await readKey(folder);
      const publicKey = createPublicKey(object);
      await writeFile(folder.certificate, signCertificate({ name, publicKey, issuer, from, to }));
      await writeFile(folder.authorities, certificate);
      await trust.reload();
    },
  };
}
