import { fstatSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { VmToolsError } from '@vm-tools/errors';
import { growPipe } from '../../output/grow-pipe.ts';

/**
 * The image that comes on stdin, where a command line names `-`: as a stream, or as a path of it.
 *
 * @throws VmToolsError STDIN_IS_TERMINAL (usage)
 */
export function imageFromStdin(): Readable | string {
  // Node takes a folder there for an empty file; as a file that is opened it is reported as what it is.
  if (fstatSync(process.stdin.fd).isDirectory()) return '/dev/stdin';
  if (!process.stdin.isTTY) {
    growPipe(process.stdin.fd).catch(() => undefined); // it only takes longer then
    return process.stdin;
  }
  throw new VmToolsError({
    code: 'STDIN_IS_TERMINAL',
    kind: 'usage',
    message: 'an image is binary and stdin is a terminal',
    hint: 'name a file, or send the image through a pipe',
  });
}
