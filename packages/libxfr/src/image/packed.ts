import { Readable, type Writable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { compressFrames, type CompressOptions, type FrameSizes } from '@vm-tools/zstd-frames';
import { handedOver } from './handed-over.ts';
import type { ImageSink } from './into-sink.ts';

/** The way of an image as it is: it goes right there. */
export function plain(into: Writable): ImageSink {
  return { sink: into, taken: finished(into, { readable: false }) };
}

/** The way of an image that is compressed on it. Its sink is done with what is written when it calls back. */
export function packed(into: Writable, options: CompressOptions): ImageSink {
  const { sink, pieces } = handedOver();
  const frames = Readable.from(compressFrames(pieces, options), { objectMode: false });
  const taken = pipeline(frames, into).catch((thrown: unknown) => {
    sink.destroy(thrown as Error);
    throw thrown;
  });
  return { sink, taken };
}

/** What a frame has saved; one that cannot be compressed saves nothing. */
export function sparedBy({ plain: bytes, packed: left }: FrameSizes): number {
  return Math.max(0, bytes - left);
}
