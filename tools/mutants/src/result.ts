import type { MutantResult } from '@stryker-mutator/api/core';
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

/** A change that no test has noticed. */
export interface Survivor {
  /** below the root of the repository */
  readonly file: string;
  readonly line: number;
  readonly original: string;
  readonly replacement: string;
  /** Whether any test runs that code at all. */
  readonly isRun: boolean;
}

/** The result of an area. */
export interface AreaResult {
  /** e.g. "2026-11-29" */
  readonly date: string;
  readonly killed: number;
  /** The tests did not end: they have noticed. */
  readonly timedOut: number;
  /** Changes that cannot be run at all. */
  readonly invalid: number;
  readonly survivors: readonly Survivor[];
}

/** Counts what Stryker has found. */
export function resultOf(root: string, mutants: readonly MutantResult[]): AreaResult {
  const count = (...states: MutantResult['status'][]): number =>
    mutants.filter(({ status }) => states.includes(status)).length;
  return {
    date: new Date().toISOString().slice(0, 10),
    killed: count('Killed'),
    timedOut: count('Timeout'),
    invalid: count('CompileError', 'RuntimeError'),
    survivors: mutants
      .filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
      .map(({ fileName, location: { start, end }, replacement, status }) => ({
        file: relative(root, fileName),
        line: start.line,
        original: excerpt(fileName, start, end),
        replacement: oneLine(replacement),
        isRun: status === 'Survived',
      })),
  };
}

interface Position {
  /** from 1 */
  readonly line: number;
  /** from 1 */
  readonly column: number;
}

function excerpt(fileName: string, start: Position, end: Position): string {
  const lines = readFileSync(fileName, 'utf8')
    .split('\n')
    .slice(start.line - 1, end.line);
  const last = lines.length - 1;
  const cut = lines.map((line, at) =>
    line.slice(at === 0 ? start.column - 1 : 0, at === last ? end.column - 1 : undefined),
  );
  return oneLine(cut.join(' '));
}

/** Enough to know it again after lines have been added above it. */
const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim().slice(0, 120);
