import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import { patient } from '@vm-tools/ratelimit/testing';
import type { TransferEvent } from '../events.ts';
import type { SaveProgress } from '@vm-tools/ports';
import { sendToPeer } from '../source/send.ts';
import { receiveFromPeer } from '../target/receive.ts';
import { FakeSource } from '../testing/fake-source.ts';
import { FakeTarget, type FakeTargetInit } from '../testing/fake-target.ts';
import { imageChunk, imageDigest } from '../testing/image-bytes.ts';
import { LINKS } from '../testing/links.ts';
import { fileSource } from './file-source.ts';

const { offer } = new FakeSource();
const CHUNKS = 60;
const never = new AbortController().signal;
let folder: string;
let image: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xfr-source-'));
  image = join(folder, 'web1.img');
  await writeFile(
    image,
    Buffer.concat(Array.from({ length: CHUNKS }, (_, index) => imageChunk(index, 50_000))),
  );
});

afterAll(() => rm(folder, { recursive: true }));

async function send(target: FakeTargetInit = {}, path = image) {
  const link = await LINKS['memory']!();
  const events: TransferEvent[] = [];
  const to = new FakeTarget(target);
  const [sent] = await Promise.allSettled([
    sendToPeer(fileSource(path, offer), link.source, {
      timeouts: { lingerMs: patient(5_000) },
      onEvent: (event) => void events.push(event),
    }),
    receiveFromPeer(link.target, () => to, { timeouts: { lingerMs: patient(5_000) } }),
  ]);
  return { sent, to, events };
}

const refuse = (): never => {
  throw new VmToolsError({ code: 'DOMAIN_NO_MEMORY', kind: 'resource', message: 'no memory' });
};

describe('a saved image as a source', () => {
  test('goes to one peer after the other, and stays as it is', async () => {
    const before = await readFile(image);
    for (let turn = 0; turn < 2; turn += 1) {
      const { sent, to, events } = await send();
      expect(sent).toMatchObject({ status: 'fulfilled', value: { transferred: 3_000_000, domid: 7 } });
      expect(to.sha256).toBe(imageDigest(CHUNKS, 50_000));
      expect(JSON.parse(JSON.stringify(to.offer))).toEqual({ ...offer, live: false }); // a target has it as text
      expect(events).toContainEqual(expect.objectContaining({ type: 'phase', phase: 'stop-and-copy' }));
    }
    expect(before.equals(await readFile(image))).toBe(true);
  });

  test.each(['onReserve', 'onChunk', 'onRestored', 'onStart'] as const)(
    'is where it was when the target fails at %s',
    async (hook) => {
      const { sent, to } = await send({ [hook]: refuse });
      expect(to.state).toBe('abandoned');
      expect(sent).toMatchObject({
        status: 'rejected',
        reason: { kind: 'resource', guest: { name: 'web1', state: `saved in ${image}` } },
      });
    },
  );

  test('that cannot be read is known before and during', async () => {
    const missing = join(folder, 'nothing.img');
    expect(await fileSource(image, offer).check()).toEqual([{ name: 'image-file' }]);
    const [check] = await fileSource(missing, offer).check();
    expect(check?.error).toMatchObject({ code: 'XFR_FILE_MISSING', kind: 'usage' });
    const { sent } = await send({}, missing);
    expect(sent).toMatchObject({
      reason: { code: 'XFR_FILE_MISSING', guest: { state: `saved in ${missing}` } },
    });
  });

  test('tells how much remains', async () => {
    const told: SaveProgress[] = [];
    const sink = new PassThrough();
    const onProgress = (progress: SaveProgress): void => void told.push(progress);
    const [read, report] = await Promise.all([
      buffer(sink),
      fileSource(image, offer).save(sink, { signal: never, onProgress }),
    ]);
    expect(read).toHaveLength(report.bytes);
    expect(told[0]).toMatchObject({ phase: 'stop-and-copy', remaining: 3_000_000, total: 3_000_000 });
    expect(told.at(-1)).toMatchObject({ phase: 'finishing', remaining: 0 });
  });

  test('ends at an abort, with and without a reader', async () => {
    const abort = new AbortController();
    const saved = fileSource(image, offer).save(new PassThrough(), {
      signal: abort.signal,
      onProgress: () => abort.abort(),
    });
    await expect(saved).rejects.toMatchObject({ code: 'INTERRUPTED', guest: { state: `saved in ${image}` } });
  });
});
