import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { trustFolder, type TrustFolder } from '../files/trust-folder.ts';
import { createIdentity } from '../identity/create-identity.ts';
import type { Identity } from '../identity/identity.ts';
import type { PeerSettings } from '../peers/peer.ts';
import { trustPeer } from '../peers/peers.ts';
import { Trust } from '../trust.ts';

/** The files of a host, until they are disposed of. */
export interface TestHost extends AsyncDisposable {
  readonly name: string;
  readonly folder: TrustFolder;
  readonly identity: Identity;
  readonly trust: Trust;
  /** Knows another one, under its name and at 127.0.0.1. */
  trusts(other: TestHost, settings?: PeerSettings): Promise<void>;
}

/** @param options.now its clock: when it is wrong, its certificate is out of time for all others. @default Date.now */
export async function createTestHost(
  name: string,
  options: { readonly validDays?: number; readonly now?: () => number } = {},
): Promise<TestHost> {
  const root = await mkdtemp(join(tmpdir(), 'trust-'));
  const folder = trustFolder(root);
  const identity = await createIdentity(folder, { name, ...options });
  const trust = await Trust.open(folder, options);
  return {
    name,
    folder,
    identity,
    trust,
    trusts: async (other, settings = {}) => {
      const { fingerprint } = other.identity;
      await trustPeer(folder, other.name, { fingerprint, hosts: ['127.0.0.1'], ...settings });
    },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true }),
  };
}
