import type { Prey } from './prey.ts';

/** One way to do harm. */
export interface Attack {
  /** what they do, in plain words: a row of the table */
  readonly what: string;
  /** of every hundred connections of a full run so many are of this kind */
  readonly share: number;
  /** at the same time, at most. @default 50 */
  readonly atOnce?: number;
  /** One connection, from its beginning to its end. Resolves with what came of it, in a word: a code, or "dropped". */
  readonly run: (prey: Prey, index: number) => Promise<string>;
}

/** At the same time, where an attack does not say how many. */
export const AT_ONCE = 50;

/** Their outcomes, and how often each came. */
export type Outcomes = ReadonlyMap<string, number>;

/** Makes so many connections, some at the same time. */
export async function attackWith(
  { run, atOnce = AT_ONCE }: Attack,
  prey: Prey,
  count: number,
): Promise<Outcomes> {
  const outcomes = new Map<string, number>();
  let next = 0;
  const one = async (): Promise<void> => {
    while (next < count) {
      const came = await run(prey, next++);
      outcomes.set(came, (outcomes.get(came) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, one));
  return outcomes;
}
