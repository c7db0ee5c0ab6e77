import type { Identity, Peer } from '@vm-tools/trust';

/** What others have to compare before they trust this host. */
export type ShownIdentity = Pick<Identity, 'name' | 'fingerprint' | 'validFrom' | 'validTo'>;

/** A peer that is not known any more. */
export type ForgottenPeer = Pick<Peer, 'name'>;
