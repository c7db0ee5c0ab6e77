import type { Survivor } from './result.ts';

/** A change that no test can notice, or that none needs to, and why. */
export interface Explanation {
  readonly file: string;
  /** as a survivor has it; every change of this text is meant where there is no `replacement` */
  readonly original: string;
  readonly replacement?: string;
  readonly why: string;
}

/** All of them. Whatever survives and is not here is a test that is missing. */
export const EXPLAINED: readonly Explanation[] = [];

/** Why a change may survive; undefined if nobody has said that. */
export function whyAllowed({ file, original, replacement }: Survivor): string | undefined {
  return EXPLAINED.find(
    (explained) =>
      explained.file === file &&
      explained.original === original &&
      (explained.replacement === undefined || explained.replacement === replacement),
  )?.why;
}
