import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { throwIfAborted, VmToolsError } from '@vm-tools/errors';

const LIMIT_MS = 20_000;
const PAUSE_MS = 50;

/**
 * Waits until a file, which need not be there yet, has such a text.
 * @throws VmToolsError QUICKSTART_SILENT, of kind timeout
 */
export async function waitForText(
  path: string,
  pattern: RegExp,
  signal: AbortSignal,
): Promise<RegExpExecArray> {
  const late = performance.now() + LIMIT_MS;
  while (true) {
    throwIfAborted(signal, `waiting for ${path}`);
    const text = await readFile(path, 'utf8').catch(() => '');
    const match = pattern.exec(text);
    if (match !== null) return match;
    if (performance.now() > late) {
      throw new VmToolsError({
        code: 'QUICKSTART_SILENT',
        kind: 'timeout',
        message: `${pattern} did not appear in ${path} within ${LIMIT_MS / 1000} s; it ends in ${JSON.stringify(text.slice(-300))}`,
      });
    }
    await pause(PAUSE_MS);
  }
}
