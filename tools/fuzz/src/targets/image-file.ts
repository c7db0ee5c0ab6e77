import { Readable } from 'node:stream';
import { zstdCompressSync } from 'node:zlib';
import { expectedOfImage, readImageDomain } from '@vm-tools/libdomain';
import { openImageBytes } from '@vm-tools/libxfr/images';
import {
  openImageFile,
  PageExtractor,
  ZeroPages,
  type PageBatch,
  type StreamFile,
} from '@vm-tools/xen-stream';
import { encodeFrameTable, FrameReader, readFrameTable, type FrameSizes } from '@vm-tools/zstd-frames';
import { imageCorpus } from '../corpus/images.ts';
import { verdictOf } from '../expect-error.ts';
import { damaged } from '../mutate/bytes.ts';
import { joined } from '../mutate/units.ts';
import { bytesIn, must, type Input, type Target } from '../target.ts';
import { damagedImage } from './image.ts';

const PLACED = /^STREAM_/;
const IMAGE_CODES = /^STREAM_(TRUNCATED|CORRUPT|FOREIGN|UNSUPPORTED|TOO_LARGE)$|^IMAGE_CONFIG_CORRUPT$/;
const PACKED_CODES = new RegExp(`${IMAGE_CODES.source}|^ZSTD_CORRUPT$`);
/** Of what an image stands for: small ones have some of them all the same. */
const FRAME_BYTES = 8192;
const SOME_PAGES = { first: 0, last: 1023 };

/** An image as vm-image reads it, from a pipe and from a file: it says the same of both. */
export async function imageFileTarget(): Promise<Target> {
  const corpus = await imageCorpus();
  return {
    name: 'image file',
    group: 'images',
    weight: 8,
    make: (random) => damagedImage(random, corpus),
    async feed(input) {
      const bytes = bytesIn(input);
      const rules = { codes: IMAGE_CODES, placed: PLACED, bytes };
      const whole = Buffer.concat(input);
      const inPlace = await verdictOf(() => extractSome(inMemory(whole)), rules);
      const piped = await verdictOf(() => readStream(input), rules);
      must(inPlace === piped, `it is ${inPlace} in a file and ${piped} in a pipe`);
      return inPlace;
    },
  };
}

/** A compressed image, read by its table and from its beginning to its end. */
export async function packedImageTarget(): Promise<Target> {
  const corpus = (await imageCorpus()).map(({ head, libxc, tail }) =>
    packed(Buffer.concat(joined([...head, ...libxc, ...tail]))),
  );
  return {
    name: 'packed image',
    group: 'images',
    weight: 4,
    make: (random) => [damaged(random, random.pick(corpus))],
    async feed(input) {
      const rules = { codes: PACKED_CODES };
      const byTable = await verdictOf(() => readByTable(Buffer.concat(input)), rules);
      const piped = await verdictOf(() => readStream(input), rules);
      return byTable === piped ? piped : `${piped}, by the table ${byTable}`;
    },
  };
}

function packed(image: Buffer): Buffer {
  const frames: Buffer[] = [];
  const sizes: FrameSizes[] = [];
  for (let at = 0; at < image.length; at += FRAME_BYTES) {
    const plain = image.subarray(at, at + FRAME_BYTES);
    const frame = zstdCompressSync(plain);
    frames.push(frame);
    sizes.push({ packed: frame.length, plain: plain.length });
  }
  return Buffer.concat([...frames, encodeFrameTable(sizes)]);
}

async function readStream(input: Input): Promise<void> {
  const stream = Readable.from(
    input.filter(({ length }) => length > 0),
    { objectMode: false },
  );
  await using bytes = await openImageBytes(stream);
  await bytes.finish(await countZeros(bytes));
}

async function readByTable(bytes: Buffer): Promise<void> {
  const file = inMemory(bytes);
  const table = await readFrameTable(file, bytes.length);
  const frames = table && FrameReader.of(file, table);
  if (frames === undefined) return readStream([bytes]);
  await extractSome({
    size: () => Promise.resolve(frames.bytes),
    read: (into, position) => frames.read(into, position),
  });
}

/** All that can be read of it, as info --pages does. @returns where it ends */
async function countZeros(file: StreamFile): Promise<number> {
  const zeros = new ZeroPages(file);
  const { end, pages } = await readAll(file, (batch) => zeros.take(batch));
  must(zeros.count <= pages, 'more pages are zeros than there are');
  return end;
}

/** Some of it, as extract does. */
async function extractSome(file: StreamFile): Promise<void> {
  const nowhere = { write: () => Promise.resolve(), clear: () => Promise.resolve() };
  const extractor = new PageExtractor(file, nowhere, SOME_PAGES);
  const { pages } = await readAll(file, (batch) => extractor.take(batch));
  must(extractor.pages <= pages, 'more pages were extracted than there are');
}

async function readAll(
  file: StreamFile,
  onPages: (batch: PageBatch) => Promise<void>,
): Promise<{ readonly end: number; readonly pages: number }> {
  const expect = (json: string) => expectedOfImage(readImageDomain(json));
  const image = await openImageFile(file, { expect, onPages });
  const { end } = await image.check();
  return { end, pages: image.verifier.counts.populatedPfns };
}

function inMemory(bytes: Buffer): StreamFile {
  return {
    size: () => Promise.resolve(bytes.length),
    read: (into, position) => Promise.resolve(bytes.copy(into, 0, position)),
  };
}
