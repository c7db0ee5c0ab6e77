import type { X509Certificate } from 'node:crypto';

/** The names that a peer may have; one becomes the name of a file, and is typed in commands. */
export const PEER_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$/;

/** The name of the host in a certificate: only a claim, and only returned when it is a plain name. */
export function claimedName({ subject }: X509Certificate): string | undefined {
  const name = /^CN=(.*)$/m.exec(subject)?.[1];
  return name !== undefined && PEER_NAME.test(name) ? name : undefined;
}
