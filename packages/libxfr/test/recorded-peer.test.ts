import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { patient } from '@vm-tools/ratelimit/testing';
import { sendToPeer } from '../src/source/send.ts';
import { receiveFromPeer } from '../src/target/receive.ts';
import { FakeSource } from '../src/testing/fake-source.ts';
import { FakeTarget } from '../src/testing/fake-target.ts';
import { imageDigest } from '../src/testing/image-bytes.ts';
import { LINKS } from '../src/testing/links.ts';
import { formatConversation, parseConversation, play, record } from '../src/testing/recorded-peer.ts';

/** A move between two hosts of each release; `VM_TOOLS_RECORD=0.2.0` adds that of today. */
const FOLDER = join(import.meta.dirname, '../corpus/peers');
const CHUNKS = 3;
const timeouts = { lingerMs: patient(5_000) };
const newRelease = process.env['VM_TOOLS_RECORD'];

if (newRelease !== undefined) {
  const [near, far] = [await LINKS['memory']!(), await LINKS['memory']!()];
  const [said] = await Promise.all([
    record(near.target.stream, far.source.stream),
    sendToPeer(new FakeSource({ chunks: CHUNKS }), near.source, { timeouts }),
    receiveFromPeer(far.target, () => new FakeTarget(), { timeouts }),
  ]);
  await writeFile(join(FOLDER, `${newRelease}.jsonl`), formatConversation(said));
}

describe.each((await readdir(FOLDER)).map((name) => name.replace(/\.jsonl$/, '')))(
  'a peer of release %s',
  (release) => {
    const conversation = async () =>
      parseConversation(await readFile(join(FOLDER, `${release}.jsonl`), 'utf8'));

    test('sends a guest to a host of today', async () => {
      const { source, target } = await LINKS['memory']!();
      const guest = new FakeTarget();
      const [summary] = await Promise.all([
        receiveFromPeer(target, () => guest, { timeouts }),
        play(await conversation(), 'source', source.stream),
      ]);
      expect(summary).toMatchObject({ transferred: CHUNKS * 50_000, domid: 7 });
      expect(guest.state).toBe('running');
      expect(guest.sha256).toBe(imageDigest(CHUNKS, 50_000));
    });

    test('takes a guest from a host of today', async () => {
      const { source, target } = await LINKS['memory']!();
      const guest = new FakeSource({ chunks: CHUNKS });
      const [summary] = await Promise.all([
        sendToPeer(guest, source, { timeouts }),
        play(await conversation(), 'target', target.stream),
      ]);
      expect(summary).toMatchObject({ transferred: CHUNKS * 50_000, domid: 7 });
      expect(guest.state).toBe('destroyed');
    });
  },
);
