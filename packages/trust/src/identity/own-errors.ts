import { VmToolsError } from '@vm-tools/errors';
import type { TrustFolder } from '../files/trust-folder.ts';
import type { Identity } from './identity.ts';

export function ownExpired({ certificate }: TrustFolder, { validTo }: Identity): VmToolsError {
  return new VmToolsError({
    code: 'XFR_IDENTITY_EXPIRED',
    kind: 'usage',
    message: `the certificate of this host, ${certificate}, was valid until ${validTo.toISOString()}`,
    hint: 'make another one for the same key with xfrd init --renew; peers still trust it',
    details: { path: certificate, validTo: validTo.toISOString() },
  });
}

export function noLongerKnown(name: string): VmToolsError {
  return new VmToolsError({
    code: 'XFR_PEER_UNKNOWN',
    kind: 'peer',
    message: `${name} is not known any more`,
    hint: 'trust it again with xfrd trust: it was forgotten after it connected',
    details: { name },
  });
}
