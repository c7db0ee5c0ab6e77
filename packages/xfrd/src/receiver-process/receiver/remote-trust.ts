import type { Offer, TlsOptions } from '@vm-tools/libxfr';
import { checkPeer, type Credentials, type Peer } from '@vm-tools/trust';
import type { Calls } from './calls.ts';

/**
 * Decides which peers come in, and with which guests: the receiver finds out which peer it is, the keeper what it may
 * do.
 */
export interface RemoteTrust extends TlsOptions {
  credentials: Credentials;
  readonly authorise: (who: string, offer: Offer) => Promise<Disposable>;
}

export function remoteTrust(calls: Calls, first: Credentials): RemoteTrust {
  return {
    credentials: first,
    async checkPeer(presented) {
      const peers = await calls.call<readonly Peer[]>('peers', {});
      const hasAuthorities = this.credentials.ca.length > 0;
      return checkPeer(presented, { peers, now: new Date(), hasAuthorities }).name;
    },
    async authorise(who, offer) {
      // No rule looks at its configuration.
      const asked = { who, offer: { ...offer, configJson: '' } };
      const { grant } = await calls.call<{ grant: number }>('authorise', asked);
      return { [Symbol.dispose]: () => void calls.call('leave', { grant }).catch(() => undefined) };
    },
  };
}
