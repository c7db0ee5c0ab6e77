import { writeSync } from 'node:fs';

export const STDOUT = 1;

/**
 * Writes to stdout as its stream does here: it waits until all is written. To make that stream takes as long as much of
 * what the tools do.
 *
 * @returns what is left for the stream, when another process has made the descriptor one that does not wait
 * @throws an error of the system, with its `code`
 */
export function writeAtOnce(text: string): Buffer {
  let left = Buffer.from(text);
  try {
    while (left.length > 0) left = left.subarray(writeSync(STDOUT, left));
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EAGAIN') throw thrown;
  }
  return left;
}
