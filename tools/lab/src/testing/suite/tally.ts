import { appendFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tallyFile } from './environment.ts';

/** Tests of one pass, or of several. */
export interface Tally {
  /** how many have run */
  readonly tests: number;
  /** how many were there, skipped ones too */
  readonly found: number;
  /** by name: they failed, and succeeded when they were run once more */
  readonly retried: readonly string[];
}

/** The part of jest's results that this looks at. */
interface Results {
  readonly testResults: readonly {
    readonly testResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly invocations?: number;
    }[];
  }[];
}

/** A reporter of jest: writes down for the closing lines what one pass has run. */
export default class TallyReporter {
  onRunComplete(_contexts: unknown, results: Results): void {
    const path = process.env[tallyFile];
    if (path !== undefined) appendFileSync(path, `${JSON.stringify(tallyOf(results))}\n`);
  }
}

export function tallyOf({ testResults }: Results): Tally {
  const found = testResults.flatMap((file) => file.testResults);
  const ran = found.filter(({ status }) => status === 'passed' || status === 'failed');
  const retried = ran.filter(({ status, invocations = 1 }) => status === 'passed' && invocations > 1);
  return { tests: ran.length, found: found.length, retried: retried.map(({ fullName }) => fullName) };
}

/** All passes together. */
export async function readTally(path: string): Promise<Tally> {
  const lines = (await readFile(path, 'utf8').catch(() => '')).split('\n').filter(Boolean);
  const passes = lines.map((line) => JSON.parse(line) as Tally);
  const sum = (of: (pass: Tally) => number): number => passes.reduce((total, pass) => total + of(pass), 0);
  return {
    tests: sum(({ tests }) => tests),
    found: sum(({ found }) => found),
    retried: passes.flatMap(({ retried }) => retried),
  };
}

/** The closing line of a run. */
export function tellTally({ tests, retried }: Tally): string {
  const names = retried.map((name) => `\n  ${name}`).join('');
  return `lab: ${tests} tests, ${retried.length} retried${names === '' ? '' : `:${names}`}`;
}

/** Why a run is a failure although all its tests have passed, undefined when it is none. */
export function complaint({ tests, found, retried }: Tally, words: readonly string[]): string | undefined {
  if (words.length > 0 && (found === 0 || (tests === 0 && words.some(isNamePattern))))
    return `lab: no test matches ${words.join(' ')}`;
  // A single one is what an emulated processor may have done.
  if (retried.length > Math.max(1, tests / 100))
    return 'lab: more than one test in a hundred had to be run again: one of them, or what it tests, has a race';
  return undefined;
}

function isNamePattern(word: string): boolean {
  return word === '-t' || word.startsWith('--testNamePattern');
}
