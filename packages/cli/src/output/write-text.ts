import type { Writable } from 'node:stream';
import { outputLost } from './output-lost.ts';

/**
 * Writes text of a stream of results, and resolves when it has gone out: so no more of it waits than one piece.
 *
 * @param what it is, for the error, e.g. "the figures"
 * @throws VmToolsError OUTPUT_LOST
 */
export async function writeText(output: Writable, text: string, what: string): Promise<void> {
  if (text === '') return;
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  output.write(text, (error) => {
    if (error) reject(outputLost(error, what));
    else resolve(undefined);
  });
  await promise;
}
