import type { FileHandle } from 'node:fs/promises';
import { cut } from '../protocol/pieces.ts';

/**
 * Writes some pieces behind each other, as one write and without joining them before. It may take less than it is
 * given, for one on a disk that is nearly full.
 */
export async function writeAll(
  file: Pick<FileHandle, 'writev'>,
  pieces: readonly Buffer[],
  position: number,
): Promise<void> {
  for (let rest = pieces, at = position; rest.length > 0;) {
    const { bytesWritten } = await file.writev(rest, at);
    at += bytesWritten;
    [, rest] = cut(rest, bytesWritten);
  }
}
