import type { X509Certificate } from 'node:crypto';

/** What a peer may be called; it becomes the name of a file, and is typed in commands. */
export const PEER_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$/;

/** What a certificate calls its host: only a claim, and only told when it is a plain name. */
export function claimedName({ subject }: X509Certificate): string | undefined {
  const name = /^CN=(.*)$/m.exec(subject)?.[1];
  return name !== undefined && PEER_NAME.test(name) ? name : undefined;
}
