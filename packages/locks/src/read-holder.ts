import { readFile } from 'node:fs/promises';
import { parseHolder, type Holder } from './holder.ts';

/**
 * The holder of the lock, or the last one: a holder that was killed stays named until the next one. Undefined when
 * there is no such file, or it does not say.
 *
 * @throws an error of the system when the file cannot be read
 */
export async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    return parseHolder(await readFile(path, 'utf8'));
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw thrown;
  }
}
