import type { Writable } from 'node:stream';

/** Writes pieces, at least one, and waits until the sink has taken all of them or has failed. */
export async function write(sink: Writable, ...pieces: readonly Uint8Array[]): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  sink.cork();
  for (const piece of pieces.slice(0, -1)) sink.write(piece);
  sink.write(pieces.at(-1), (error) => (error ? reject(error) : resolve(undefined)));
  sink.uncork();
  await promise;
}
