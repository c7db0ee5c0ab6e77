import { dirname } from 'node:path';
import { abortError } from '@vm-tools/errors';
import { followFile } from './follow-file.ts';
import { labError } from '../local/lab-error.ts';

export interface WaitOptions {
  /** @default 60_000 */
  readonly timeoutMs?: number;
  /** Characters at the start that are not looked at, as counted in what was read before. @default 0 */
  readonly from?: number;
  readonly signal?: AbortSignal | undefined;
}

const excerptCharacters = 500;

/** Waits until the texts of the files, one after the other, match; driven by changes of the files, not by a clock. */
export async function waitForText(
  paths: readonly string[],
  pattern: RegExp,
  what: string,
  { timeoutMs = 60_000, from = 0, signal }: WaitOptions = {},
): Promise<RegExpMatchArray> {
  const found = new AbortController();
  const limit = AbortSignal.timeout(timeoutMs);
  const stop = AbortSignal.any([found.signal, limit, ...(signal === undefined ? [] : [signal])]);
  const once = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ''));
  const texts = paths.map(() => '');
  const seen = (): string => texts.join('').slice(from);
  const look = async (path: string, index: number): Promise<void> => {
    for await (const more of followFile(path, stop)) {
      texts[index] = `${texts[index] ?? ''}${more}`;
      if (once.test(seen())) found.abort();
    }
  };
  await Promise.all(paths.map(look));
  const match = once.exec(seen());
  if (match !== null) return match;
  if (signal?.aborted) throw abortError(signal, `waiting for ${what}`);
  const end = JSON.stringify(seen().slice(-excerptCharacters));
  throw labError({
    code: 'TIMEOUT',
    kind: 'timeout',
    message: `${what}: ${pattern} did not appear within ${timeoutMs / 1000} s; it ends in ${end}`,
    logs: paths[0] && dirname(paths[0]),
  });
}
