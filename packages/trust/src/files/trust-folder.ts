import { join } from 'node:path';

/** The files with the identity of a host and the peers that it trusts; an existing PKI's may be linked there. */
export interface TrustFolder {
  /** private key, PEM, mode 0600 */
  readonly key: string;
  /** its certificate, PEM; those between it and an authority may follow */
  readonly certificate: string;
  /** certificates of the authorities that vouch for peers, PEM; need not be there */
  readonly authorities: string;
  /** a file for each known peer, NAME.json */
  readonly peers: string;
}

/** @param root what all files of a host lie under. @default "/" */
export function trustFolder(root = '/'): TrustFolder {
  const folder = join(root, 'etc/vm-tools');
  return {
    key: join(folder, 'identity.key'),
    certificate: join(folder, 'identity.crt'),
    authorities: join(folder, 'authorities.crt'),
    peers: join(folder, 'peers'),
  };
}
