import { VmToolsError } from '@vm-tools/errors';
import { formatPosition, type Position } from './config-error.ts';

/** A file with so many mistakes is no configuration. */
const MAX_PROBLEMS = 50;

/** Without the right type nothing else can be right: what is wrong with it is said first. */
const FIRST_KEYS: readonly unknown[] = ['type', 'builder'];

/** A sentence about something that is accepted anyway. */
export interface ConfigWarning {
  readonly position: Position;
  readonly sentence: string;
}

/** All that there is to say about one configuration, collected while it is read. */
export class Findings {
  readonly #problems: VmToolsError[] = [];
  readonly #missing: VmToolsError[] = [];
  readonly #warnings = new Map<string, ConfigWarning>();

  /** No more problems need to be looked for. */
  get isFull(): boolean {
    return this.#problems.length >= MAX_PROBLEMS;
  }

  /** A sentence about something that is accepted anyway; each is reported once. */
  warn(position: Position, sentence: string): void {
    if (this.#warnings.size < MAX_PROBLEMS)
      this.#warnings.set(`${formatPosition(position)}: ${sentence}`, { position, sentence });
  }

  /** @param problem as `configError` makes it */
  add(problem: VmToolsError): void {
    if (!this.isFull) this.#problems.push(problem);
  }

  /** Something that is not there has no place, and so comes last. */
  addMissing(problem: VmToolsError): void {
    this.#missing.push(problem);
  }

  /** Whether something is known to be wrong with this key, or with one that was probably meant to be it. */
  concern(key: string): boolean {
    return this.#problems.some(({ details }) => details['key'] === key || details['meant'] === key);
  }

  /** Runs `read`, and collects what it throws as a problem; says whether all was well. */
  collect(read: () => void): boolean {
    try {
      read();
      return true;
    } catch (thrown) {
      if (!(thrown instanceof VmToolsError)) throw thrown;
      this.add(thrown);
      return false;
    }
  }

  /** Each once, by their places. */
  get warnings(): readonly ConfigWarning[] {
    return [...this.#warnings.values()].sort(
      ({ position: a }, { position: b }) => a.line - b.line || a.column - b.column,
    );
  }

  /** @throws VmToolsError one for all problems, if there are any */
  throwIfAny(): void {
    const problems = [...this.#problems.toSorted(byWeight), ...this.#missing];
    const [first] = problems;
    if (first === undefined) return;
    throw first.with({
      message: problems.map(({ message }) => message).join('; '),
      hint: hintOf(problems),
      details: { problems: problems.map(describeProblem) },
    });
  }
}

function byWeight(a: VmToolsError, b: VmToolsError): number {
  const rank = ({ details }: VmToolsError): number => (FIRST_KEYS.includes(details['key']) ? 0 : 1);
  const at = ({ details }: VmToolsError, what: 'line' | 'column'): number => Number(details[what]);
  return rank(a) - rank(b) || at(a, 'line') - at(b, 'line') || at(a, 'column') - at(b, 'column');
}

/** The hints of all of them: one for all that share it. */
function hintOf(problems: readonly VmToolsError[]): string {
  const byHint = Map.groupBy(problems, ({ hint }) => hint ?? '');
  const [only] = byHint.keys();
  if (byHint.size === 1 && only !== undefined) return only;
  return [...byHint].map(([hint, alike]) => `${alike.map(subjectOf).join(', ')}: ${hint}`).join('; ');
}

function subjectOf({ details: { key, line } }: VmToolsError): string {
  return typeof key === 'string' ? key : `line ${String(line)}`;
}

function describeProblem({ code, message, hint, details }: VmToolsError): Record<string, unknown> {
  return { code, message, hint, ...details };
}
