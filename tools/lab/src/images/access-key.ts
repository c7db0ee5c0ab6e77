import { join } from 'node:path';
import { buildAside } from '../local/build-aside.ts';
import { runChildStrictly } from '../local/child.ts';
import { giveToOwner } from '../local/give-to-owner.ts';
import { layout } from '../local/layout.ts';

/** The two files of the key with which this machine comes onto hosts. */
export interface AccessKey {
  readonly secret: string;
  readonly shared: string;
}

/** One key opens all hosts: from here, and from one host to the other, as `xl migrate` wants it. */
export async function accessKey(): Promise<AccessKey> {
  await buildAside(layout.access, async (aside) => {
    const key = join(aside, 'key');
    await runChildStrictly('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'lab', '-f', key]);
    await giveToOwner(aside);
  });
  return { secret: layout.key, shared: `${layout.key}.pub` };
}
