import { Duplex, type Readable, type Writable } from 'node:stream';

/** One stream to read and one to write as the two directions of a connection; the end of both ends it. */
export function joinStreams(readable: Readable, writable: Writable): Duplex {
  return Duplex.from({ readable, writable });
}
