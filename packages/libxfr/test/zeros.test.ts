import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { Limiter } from '@vm-tools/ratelimit';
import { saveToFile } from '../src/source/save-to-file.ts';
import { sendToPeer } from '../src/source/send.ts';
import { receiveFromPeer } from '../src/target/receive.ts';
import { FakeSource } from '../src/testing/fake-source.ts';
import { FakeTarget } from '../src/testing/fake-target.ts';
import { imageChunk } from '../src/testing/image-bytes.ts';
import { LINKS, type Link } from '../src/testing/links.ts';

const CHUNKS = 40;

/** Of four chunks one holds something; the others are zero, which is what most guests are. */
function mostlyZero(index: number, length: number): Buffer {
  return index % 4 === 0 ? imageChunk(index, length) : Buffer.alloc(length);
}

function digest(): string {
  const hash = createHash('sha256');
  for (let index = 0; index < CHUNKS; index++) hash.update(mostlyZero(index, 50_000));
  return hash.digest('hex');
}

/** A limit that is never reached, and knows what it was asked for. */
class Counter implements Limiter {
  readonly rate = 1e12;
  readonly burst = 2 ** 20;
  bytes = 0;

  async take(bytes: number): Promise<void> {
    this.bytes += bytes;
  }

  setRate(): void {
    throw new Error('the rate is not changed here');
  }
}

test('pages of zeros arrive without being sent, and no limit counts them', async () => {
  const link = (await LINKS['tcp']?.()) as Link;
  const [source, target] = [new FakeSource({ chunks: CHUNKS, content: mostlyZero }), new FakeTarget()];
  const counter = new Counter();
  const [sent, received] = await Promise.all([
    sendToPeer(source, link.source, { limiter: counter }),
    receiveFromPeer(link.target, () => target),
  ]);
  expect(target.sha256).toBe(digest());
  expect(sent.transferred + sent.zeroBytes).toBe(source.bytes);
  expect(sent.transferred).toBeLessThan(0.35 * source.bytes);
  expect(received).toMatchObject({ transferred: sent.transferred, zeroBytes: sent.zeroBytes });
  expect(counter.bytes).toBe(sent.transferred);
});

test.each([0, 1])(
  'a file has holes for them, also at its end (%d), and no limit counts them',
  async (last) => {
    const folder = await mkdtemp(join(tmpdir(), 'zeros-'));
    const path = join(folder, 'guest.img');
    const chunks = CHUNKS + last; // what is saved last is zero, or is not
    const source = new FakeSource({ chunks, content: mostlyZero });
    const counter = new Counter();
    const summary = await saveToFile(source, path, { afterwards: 'destroy', limiter: counter });
    const bytes = await readFile(path);
    const expected = Buffer.concat(Array.from({ length: chunks }, (_, index) => mostlyZero(index, 50_000)));
    expect(bytes.equals(expected)).toBe(true);
    const { blocks } = await stat(path);
    expect(blocks * 512).toBeLessThan(0.4 * expected.length);
    expect(summary.transferred + summary.zeroBytes).toBe(expected.length);
    expect(counter.bytes).toBe(summary.transferred);
    await rm(folder, { recursive: true });
  },
);
