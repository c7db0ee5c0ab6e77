import * as fs from 'node:fs';
import { promisify } from 'node:util';

// A list asks this, and to load `fs/promises` takes Node longer than all that it asks.
const readdir = promisify(fs.readdir);

/** The names in a folder; none when it does not exist yet. */
export async function listFolder(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw thrown;
  }
}
