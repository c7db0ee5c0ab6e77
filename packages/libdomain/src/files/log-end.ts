import { open } from 'node:fs/promises';

/** The end of a log that is read: what writes it, a guest perhaps, can make it as long as the disk is. */
const READ_BYTES = 1 << 20;

/**
 * The last MiB of a log; undefined if there is none.
 *
 * @throws an error of the system, with its `code`
 */
export async function readLogEnd(path: string): Promise<string | undefined> {
  const file = await open(path).catch((thrown: unknown) => {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw thrown;
  });
  if (file === undefined) return undefined;
  try {
    const { size } = await file.stat();
    const position = Math.max(0, size - READ_BYTES);
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(size - position), position });
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
