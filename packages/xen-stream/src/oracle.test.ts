/** Do we agree with verify-stream-v2 of Xen's own tools? */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { VmToolsError } from '@vm-tools/errors';
import { encodeHvmParams, encodePageDataHead, encodeRecord } from './libxc/encode.ts';
import { encodeLibxcHeader } from './libxc/header.ts';
import { PAGE_TYPE } from './libxc/page-type.ts';
import { RECORD } from './libxc/record-type.ts';
import { openImage } from './open-image.ts';
import { syntheticPv } from './testing/synthetic-pv.ts';
import { syntheticPvh } from './testing/synthetic-pvh.ts';
import { verdictOf, withFlippedBit } from './testing/verdict.ts';
import { describeOracle } from './testing/describe-oracle.ts';
import { askVerifyStream, type StreamFormat } from './testing/verify-stream-v2.ts';
import { wrapImage } from './wrap-image.ts';

const pvh = Buffer.concat([...syntheticPvh({ pages: 6, absentPfns: 5, rounds: 2, pagesPerRecord: 4 })]);
const pv = Buffer.concat([...syntheticPv({ pages: 5, vcpus: 2 })]);
const image = wrapped(pvh);

function wrapped(libxc: Buffer): Buffer {
  const { head, tail } = wrapImage('{"c_info":{"type":"pvh"}}');
  return Buffer.concat([head, libxc, tail]);
}

async function ours(format: StreamFormat, bytes: Buffer): Promise<string> {
  if (format === 'libxc') return verdictOf([bytes]).code;
  try {
    const opened = await openImage(Readable.from([bytes], { objectMode: false }));
    await buffer(opened.libxc);
    await opened.finish();
    return 'accepted';
  } catch (error) {
    if (error instanceof VmToolsError) return error.code;
    throw error;
  }
}

describeOracle('verify-stream-v2', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vm-tools-oracle-'));
  });
  afterAll(async () => rm(folder, { recursive: true, force: true }));

  async function theirs(format: StreamFormat, bytes: Buffer): Promise<string> {
    const file = join(folder, 'stream');
    await writeFile(file, bytes);
    return askVerifyStream(file, format);
  }

  const accepted: [what: string, format: StreamFormat, bytes: Buffer][] = [
    ['PVH', 'libxc', pvh],
    ['PVH, version 2', 'libxc', Buffer.concat([...syntheticPvh({ pages: 3, version: 2 })])],
    ['PVH, batches of 1024', 'libxc', Buffer.concat([...syntheticPvh({ pages: 1500, absentPfns: 3000 })])],
    ['PV of 64 bits', 'libxc', pv],
    ['PV of 32 bits', 'libxc', Buffer.concat([...syntheticPv({ pages: 1100, width: 4 })])],
    ['an image', 'xl', image],
    ['an image of PV', 'xl', wrapped(pv)],
    ['an image with a trailer', 'xl', Buffer.concat([image, Buffer.from('trailer')])],
  ];
  test.each(accepted)('accepts %s, as we do', async (_what, format, bytes) => {
    expect(await ours(format, bytes)).toBe('accepted');
    expect(await theirs(format, bytes)).toBe('accepted');
  });

  const lengths = [0, 5, 12, 30, 40, 47, 60, pvh.length - 5000, pvh.length - 8, pvh.length - 1];
  test.each(lengths)('refuses a libxc stream that ends at byte %d, as we do', async (length) => {
    const bytes = pvh.subarray(0, length);
    expect(await ours('libxc', bytes)).toMatch(length === 0 ? 'STREAM_FOREIGN' : 'STREAM_TRUNCATED');
    expect(await theirs('libxc', bytes)).toMatch(/^refused with 1:/);
  });

  test.each([20, 40, 60, 100, image.length - 1])(
    'refuses an image that ends at byte %d, as we do',
    async (length) => {
      expect(await ours('xl', image.subarray(0, length))).toBe('STREAM_TRUNCATED');
      expect(await theirs('xl', image.subarray(0, length))).toMatch(/^refused with 1:/);
    },
  );

  // It checks each record for itself; we check, as libxenguest will, that they make a domain as well.
  const header = encodeLibxcHeader({ version: 3, type: 'hvm', xenMajor: 4, xenMinor: 17 });
  const staticDataEnd = encodeRecord(RECORD.STATIC_DATA_END);
  const end = encodeRecord(RECORD.END);
  const stricter: [what: string, bytes: Uint8Array[]][] = [
    ['nothing between headers and END', [header, end]],
    [
      'absent memory and END',
      [header, staticDataEnd, encodePageDataHead([{ pfn: 1, type: PAGE_TYPE.XTAB }]), end],
    ],
    [
      'memory before STATIC_DATA_END',
      [header, encodePageDataHead([{ pfn: 1, type: PAGE_TYPE.XTAB }]), staticDataEnd, end],
    ],
    ['params without context', [header, staticDataEnd, encodeHvmParams([[1, 1n]]), end]],
    [
      'a context without entries',
      [header, staticDataEnd, encodeRecord(RECORD.HVM_CONTEXT, Buffer.alloc(16)), end],
    ],
    [
      'a PV record in HVM',
      [header, staticDataEnd, encodeRecord(RECORD.SHARED_INFO, Buffer.alloc(4096)), end],
    ],
    ['a stream of checkpoints', [header, staticDataEnd, encodeRecord(RECORD.CHECKPOINT), end]],
  ];
  test.each(stricter)('accepts %s, which we refuse', async (_what, chunks) => {
    const bytes = Buffer.concat(chunks);
    expect(await ours('libxc', bytes)).toMatch(/^STREAM_(CORRUPT|UNSUPPORTED)$/);
    expect(await theirs('libxc', bytes)).toBe('accepted');
  });

  // Bits spread evenly over the bytes that are no contents of pages.
  const flips = (count: number, bytes: Buffer, isStructure: (at: number) => boolean): number[] => {
    const structure = [...bytes.keys()].filter(isStructure);
    return Array.from(
      { length: count },
      (_, i) => 8 * structure[Math.floor((i * structure.length) / count)]! + (i % 8),
    );
  };
  const firstPageAt = pvh.indexOf('guest memory');
  const tailAt = pvh.lastIndexOf('guest memory') + 4096;
  const flipped: [bit: number, format: StreamFormat, bytes: Buffer][] = [
    ...flips(40, pvh, (at) => at < firstPageAt || at > tailAt).map((bit): [number, StreamFormat, Buffer] => [
      bit,
      'libxc',
      pvh,
    ]),
    ...flips(20, image, (at) => at < image.indexOf('guest memory')).map(
      (bit): [number, StreamFormat, Buffer] => [bit, 'xl', image],
    ),
  ];
  test.each(flipped)('accepts bit %d flipped in %s if we do', async (bit, format, bytes) => {
    const damaged = withFlippedBit(bytes, bit);
    if ((await ours(format, damaged)) === 'accepted') expect(await theirs(format, damaged)).toBe('accepted');
  });
});
