import type { Random } from './random.ts';

export const GROUPS = ['images', 'frames', 'control'] as const;
export type Group = (typeof GROUPS)[number];

/** An input: pieces that follow each other. Pages of guests are shared between inputs, and never written to. */
export type Input = readonly Buffer[];

/** How many bytes it is in all. */
export function bytesIn(input: Input): number {
  return input.reduce((sum, { length }) => sum + length, 0);
}

/** "accepted", or the code of the error. */
export type Verdict = string;

/** Something that reads what others have written. */
export interface Target {
  readonly name: string;
  readonly group: Group;
  /** Its share of all inputs, beside those of the others. */
  readonly weight: number;
  /** A damaged input; the same one from the same numbers. */
  make(random: Random): Input;
  /**
   * Feeds it, and judges what came of it.
   * @throws Violation, or whatever the reader has thrown that it should not
   */
  feed(input: Input): Verdict | Promise<Verdict>;
}

/** A promise that was not kept. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

/** @throws Violation */
export function must(isKept: boolean, promise: string): void {
  if (!isKept) throw new Violation(promise);
}
