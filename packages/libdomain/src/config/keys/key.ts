import type * as z from 'zod';
import type { XlType } from './foreign.ts';

/**
 * How a value is written: a text as it is; a path, which may be relative in a file; memory in MiB or, in JSON, with a
 * unit; a count as a number; processors as a text or a list of them; words as a list of texts; a flag as true or false, in xl.cfg 1 or 0; a word, in xl.cfg also by its number; an action in each format's own word; devices as
 * a list, each in the format's own way.
 */
export type KeyKind =
  'text' | 'path' | 'memory' | 'count' | 'processors' | 'words' | 'flag' | 'word' | 'action' | 'devices';

/** One field of a configuration: what each format calls it, how its value is written, and what it may be. */
export interface Key {
  readonly json: string;
  readonly xl: string;
  /** where it stands in libxl's own JSON: `c_info.…`, `b_info.…`, or at the top */
  readonly libxl: string;
  readonly kind: KeyKind;
  readonly schema: z.ZodType;
  /** what a word may be, by the numbers that older files have for it */
  readonly words?: readonly string[];
  /** of the domains for which it has an effect. @default all */
  readonly types?: readonly XlType[];
  /** one clause for the documentation */
  readonly about: string;
}
