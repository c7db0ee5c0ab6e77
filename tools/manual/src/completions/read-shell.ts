import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A part of completions that is written by hand, in the language of its shell. */
export async function readShell(name: string): Promise<string> {
  return readFile(join(import.meta.dirname, '../../shells', name), 'utf8');
}
