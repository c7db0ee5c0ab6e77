import { PassThrough, type Readable, type Writable } from 'node:stream';

/** What a source writes its image into, and what becomes of it. */
export interface ImageSink {
  readonly sink: Writable;
  /** Resolves when the reader has taken all of it. A failure of the reader is that of the sink, too. */
  readonly taken: Promise<void>;
}

/** A sink whose bytes a reader takes as they come. */
export function intoSink(read: (image: Readable) => Promise<void>): ImageSink {
  const sink = new PassThrough();
  const taken = read(sink).catch((thrown: unknown) => {
    sink.destroy(thrown as Error);
    throw thrown;
  });
  return { sink, taken };
}
