import type { Step } from './step.ts';

/** What `describe` tells about a step. */
export interface StepDescription {
  readonly name: string;
  readonly about: string;
}

/** A step whose facts are not looked at by the compiler any more: `Pipeline.step` has done so. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type AnyStep = Step<any>;

/**
 * Steps in their order, as a value: it can be printed, counted and run, any number of times.
 * `Has` is what is known once all of its steps are done; a step that needs more does not compile.
 */
export interface Pipeline<Has> {
  readonly name: string;
  readonly initial: object;
  readonly steps: readonly AnyStep[];
  /** The same pipeline with one more step. If it needs facts that nobody has added yet, `missing` names them. */
  step<Needs, Adds>(
    step: Has extends Needs ? Step<Needs, Adds> : Step<Needs, Adds> & Missing<Needs, Has>,
  ): Pipeline<Has & Adds>;
  /** One more step, if the condition holds. Later ones cannot count on what it adds. */
  when<Needs>(
    condition: boolean,
    step: Has extends Needs ? Step<Needs> : Step<Needs> & Missing<Needs, Has>,
  ): Pipeline<Has>;
  /** What would be done, for `--dry-run`. */
  describe(): readonly StepDescription[];
}

interface Missing<Needs, Has> {
  readonly missing: Omit<Needs, keyof Has>;
}

/** An empty pipeline that starts with the facts given. */
export function pipeline<Has extends object>(name: string, initial: Has): Pipeline<Has> {
  return pipelineOf(name, initial, []);
}

function pipelineOf<Has>(name: string, initial: object, steps: readonly AnyStep[]): Pipeline<Has> {
  return {
    name,
    initial,
    steps,
    step: (next) => pipelineOf(name, initial, [...steps, next as AnyStep]),
    when: (condition, next) =>
      condition ? pipelineOf(name, initial, [...steps, next as AnyStep]) : pipelineOf(name, initial, steps),
    describe: () => steps.map((step) => ({ name: step.name, about: step.about(initial) })),
  };
}
