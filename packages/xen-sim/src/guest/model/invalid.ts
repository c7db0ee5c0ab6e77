import { VmToolsError } from '@vm-tools/errors';
import type { z } from 'zod';
import { suggest } from '@vm-tools/words';

/** The names that the author of a text has for its parts. */
export interface Speech {
  readonly code: string;
  /** e.g. "sim.dirty" */
  readonly name: (path: readonly PropertyKey[]) => string;
  /** what may stand below this path */
  readonly words: (path: readonly PropertyKey[]) => readonly string[];
}

/** The first mistake that zod found, as an error in the author's words. */
export function invalidInput(error: z.ZodError, { code, name, words }: Speech): VmToolsError {
  const [issue] = error.issues;
  const path = issue?.path ?? [];
  const init = { code, kind: 'usage', details: { path: path.map(String) } } as const;
  if (issue?.code !== 'unrecognized_keys')
    return new VmToolsError({ ...init, message: `${name(path)}: ${issue?.message ?? 'invalid'}` });
  const [key = ''] = issue.keys;
  const meant = suggest(key, words(path));
  return new VmToolsError({
    ...init,
    message: `${name([...path, key])} cannot be set here`,
    hint:
      meant === undefined
        ? `what can be set is ${words(path).join(', ')}`
        : `did you mean ${name([...path, meant])}?`,
  });
}
