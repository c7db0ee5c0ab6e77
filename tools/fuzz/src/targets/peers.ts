import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { authorise, readPeer, trustFolder } from '@vm-tools/trust';
import { OFFER } from '../corpus/messages.ts';
import { verdictOf } from '../expect-error.ts';
import { bottomless, damagedJson } from '../mutate/json.ts';
import type { Target } from '../target.ts';

const PEER = {
  fingerprint: `SHA256:${'A'.repeat(43)}`,
  hosts: ['10.0.0.2', 'b.example'],
  domains: ['web-*', 'db1'],
  maxMemoryMib: 4096,
  maxConcurrent: 2,
  live: false,
};

/** The file of a known peer. Only the operator of this host writes it, but perhaps by hand. */
export function peersTarget(): Target {
  const folder = trustFolder(mkdtempSync(join(tmpdir(), 'fuzz-peers-')));
  mkdirSync(folder.peers, { recursive: true });
  const path = join(folder.peers, 'b.json');
  return {
    name: 'peers',
    group: 'control',
    weight: 1,
    make: (random) => [random.oneIn(100) ? bottomless(random) : damagedJson(random, PEER)],
    feed(input) {
      writeFileSync(path, Buffer.concat(input));
      const read = async (): Promise<void> => {
        const peer = await readPeer(folder, 'b');
        if (peer !== undefined) authorise(peer, OFFER, { direction: 'from', active: 0 });
      };
      return verdictOf(read, { codes: /^XFR_PEER_(FILE|NOT_ALLOWED)$/ });
    },
  };
}
