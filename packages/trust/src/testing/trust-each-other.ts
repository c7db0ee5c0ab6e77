import { trustFolder } from '../files/trust-folder.ts';
import { createIdentity } from '../identity/create-identity.ts';
import { trustPeer } from '../peers/peers.ts';

interface Host {
  readonly name: string;
  /** what all its files lie under */
  readonly root: string;
}

/** Makes an identity for each and lets both know the other, at 127.0.0.1: `xfrd init` and `xfrd trust` there. */
export async function trustEachOther(a: Host, b: Host): Promise<void> {
  const makeIdentity = async ({ name, root }: Host) => createIdentity(trustFolder(root), { name });
  const [ofA, ofB] = await Promise.all([makeIdentity(a), makeIdentity(b)]);
  const hosts = ['127.0.0.1'];
  await Promise.all([
    trustPeer(trustFolder(a.root), b.name, { fingerprint: ofB.fingerprint, hosts }),
    trustPeer(trustFolder(b.root), a.name, { fingerprint: ofA.fingerprint, hosts }),
  ]);
}
