import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { messageOf } from '@vm-tools/errors';
import { ensurePrograms } from '@vm-tools/lab';
import { shown } from '@vm-tools/words';

/**
 * Sees to it that a program is here, from the Debian package of its name.
 *
 * @returns for the name of a test that needs it: nothing, or "[skipped: why]"
 */
export async function reasonToSkip(program: string): Promise<string> {
  try {
    await ensurePrograms({ [program]: program }, 'the test', (line) => console.error(line));
    return '';
  } catch (thrown) {
    const why = shown(messageOf(thrown)).replaceAll(/[[\]]/g, '');
    console.warn(`skipped: ${why}`);
    return ` [skipped: ${why}]`;
  }
}

/** What a program writes to stdout and stderr, also when it fails. */
export async function outputOf(program: string, words: readonly string[]): Promise<string> {
  const run = promisify(execFile)(program, words, { maxBuffer: 2 ** 24 });
  const { stdout, stderr } = await run.catch(
    (thrown: unknown) => thrown as { stdout: string; stderr: string },
  );
  return stdout + stderr;
}
