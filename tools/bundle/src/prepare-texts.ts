import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { PreparedTexts } from '@vm-tools/cli/prepared-answer';
import type { Executable } from './executables.ts';

/** An executable, what it says about itself, and which it is. */
export interface Prepared {
  readonly executable: Executable;
  readonly texts: PreparedTexts;
  /** of the contents of its `NAME.main.js` */
  readonly digest: string;
}

/**
 * Asks each executable itself, once and for all.
 *
 * @param lib where its `NAME.main.js` is
 */
export async function prepareTexts(executables: readonly Executable[], lib: string): Promise<Prepared[]> {
  const prepared: Prepared[] = [];
  const waiting = executables.values();
  const worker = async (): Promise<void> => {
    for (const executable of waiting) {
      const file = join(lib, `${executable.name}.main.js`);
      const texts = { version: await ask(file, '--version'), help: await ask(file, '--help') };
      const digest = createHash('sha256')
        .update(await readFile(file))
        .digest('hex');
      prepared.push({ executable, texts, digest });
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return prepared;
}

async function ask(file: string, word: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [file, word], { env: {} });
  return stdout;
}
