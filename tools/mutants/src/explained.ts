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
export const EXPLAINED: readonly Explanation[] = [
  {
    file: 'packages/libxfr/src/session/answers.ts',
    original: 'entries.at(-1)?.at',
    replacement: 'entries.at(-1).at',
    why: 'a journal has a line at least, which the types do not say',
  },
  {
    file: 'packages/libxfr/src/session/participant.ts',
    original:
      'Object.entries(wanted).every(([effect, value]) => (step as Record<string, unknown>)[effect] === value)',
    why: 'one thing is wanted at a time, so that one of all and all of one are the same',
  },
  {
    file: 'packages/libxfr/src/session/participant.ts',
    original: "leaves !== undefined && 'leaves' in leaves",
    why: 'an action that is allowed has a step in the table, and each of these says what it leaves, which the types do not know',
  },
  {
    file: 'packages/libxfr/src/session/participant.ts',
    original: 'leaves !== undefined',
    why: 'an action that is allowed has a step in the table, which the types do not know',
  },
  {
    file: 'packages/libxfr/src/session/participant.ts',
    original: "'act' in step",
    replacement: 'true',
    why: 'what comes next by itself is either written or done, never said, which the types do not know',
  },
  {
    file: 'packages/libxfr/src/session/participant.ts',
    original: '() => Promise.resolve()',
    why: 'it is awaited, so that it may as well be no promise',
  },
  {
    file: 'packages/libxfr/src/target/offer-room.ts',
    original: 'left > 0',
    replacement: 'left >= 0',
    why: 'a peer that has nothing of the room counts the same whether it stands there with 0 or not at all',
  },
];

/** Why a change may survive; undefined if nobody has said that. */
export function whyAllowed({ file, original, replacement }: Survivor): string | undefined {
  return EXPLAINED.find(
    (explained) =>
      explained.file === file &&
      explained.original === original &&
      (explained.replacement === undefined || explained.replacement === replacement),
  )?.why;
}
