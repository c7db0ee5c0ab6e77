import { X509Certificate } from 'node:crypto';
import { VmToolsError } from '@vm-tools/errors';
import type { PresentedPeer, TlsOptions } from '../tls/tls.ts';
import { KEYS } from './test-keys.ts';

export type HostName = keyof typeof KEYS;

/** A host that knows some others by their certificates, and keeps what it was shown. */
export class TlsHost implements TlsOptions {
  readonly credentials: { readonly key: string; readonly cert: string; readonly ca: readonly string[] };
  readonly presented: PresentedPeer[] = [];
  readonly #known: readonly HostName[];

  /** @param options.vouched peers whose certificates count as authorities, too */
  constructor(
    name: HostName,
    options: { readonly knows: readonly HostName[]; readonly vouched?: readonly HostName[] },
  ) {
    const { knows, vouched = [] } = options;
    this.credentials = { ...KEYS[name], ca: vouched.map((other) => KEYS[other].cert) };
    this.#known = knows;
  }

  checkPeer(presented: PresentedPeer): string {
    this.presented.push(presented);
    const { certificate } = presented;
    if (certificate === undefined) throw refused('TEST_NO_CERTIFICATE', 'no certificate');
    const shown = certificate.fingerprint256;
    const who = this.#known.find((name) => new X509Certificate(KEYS[name].cert).fingerprint256 === shown);
    if (who === undefined) throw refused('TEST_UNKNOWN', `not known: ${shown}`);
    return who;
  }
}

function refused(code: string, message: string): VmToolsError {
  return new VmToolsError({ code, kind: 'peer', message, hint: 'trust it' });
}
