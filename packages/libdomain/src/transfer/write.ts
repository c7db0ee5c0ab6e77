import type { Writable } from 'node:stream';

/** Writes one piece, and waits until the sink has taken it or has failed. */
export async function write(sink: Writable, bytes: Uint8Array): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  sink.write(bytes, (error) => (error ? reject(error) : resolve(undefined)));
  await promise;
}
