import type { Invocation, Outcome } from '@vm-tools/cli';
import { createIdentity, readIdentity, trustFolder, type Identity } from '@vm-tools/trust';
import { hostname } from 'node:os';
import type { InitInput } from '../trust-options.ts';
import type { ShownIdentity } from './result.ts';

/** Makes this host's identity. */
export async function init({ input, root }: Invocation<InitInput>): Promise<Outcome<ShownIdentity>> {
  const { name = hostname(), days: validDays, renew, newKey } = input;
  const replace = renew ? 'certificate' : newKey ? 'key' : undefined;
  return shown(await createIdentity(trustFolder(root), { name, validDays, replace }));
}

/** Shows what others have to compare before they trust this host. */
export async function fingerprint({ root }: Invocation<unknown>): Promise<Outcome<ShownIdentity>> {
  return shown(await readIdentity(trustFolder(root)));
}

/** Without the private key. */
function shown({ name, fingerprint: text, validFrom, validTo }: Identity): Outcome<ShownIdentity> {
  return { isReport: true, value: { name, fingerprint: text, validFrom, validTo }, text };
}
