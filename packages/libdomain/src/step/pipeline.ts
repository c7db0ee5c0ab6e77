import type { Step } from './step.ts';

/** A step, as `describe` returns it. */
export interface StepDescription {
  readonly name: string;
  readonly about: string;
}

/** A step whose facts are not looked at by the compiler any more: `Pipeline.step` has done so. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type AnyStep = Step<any>;

/** Steps that run at the same time; most often it is one. */
export type Stage = readonly AnyStep[];

/**
 * Steps in their order, as a value: it can be printed, counted and run, any number of times.
 * `Has` is what is known once all of its steps are done; a step that needs more does not compile.
 */
export interface Pipeline<Has> {
  readonly name: string;
  readonly initial: object;
  readonly stages: readonly Stage[];
  /** Those of all stages. Each has an event, an undo and a line of `describe` of its own. */
  readonly steps: readonly AnyStep[];
  /** The same pipeline with one more step. If it needs facts that no step has added yet, `missing` names them. */
  step<Needs, Adds>(
    step: Has extends Needs ? Step<Needs, Adds> : Step<Needs, Adds> & Missing<Needs, Has>,
  ): Pipeline<Has & Adds>;
  /** One more step, if the condition holds. Later ones cannot count on what it adds. */
  when<Needs>(
    condition: boolean,
    step: Has extends Needs ? Step<Needs> : Step<Needs> & Missing<Needs, Has>,
  ): Pipeline<Has>;
  /** One more step for each of a list, one after the other. Later ones cannot count on what they add. */
  each<Item, Needs>(
    list: readonly Item[],
    stepFor: (item: Item) => Has extends Needs ? Step<Needs> : Step<Needs> & Missing<Needs, Has>,
  ): Pipeline<Has>;
  /**
   * More steps, all at the same time, so none can count on what another adds. When one fails, the signal of the others
   * fires, and what they have done is undone.
   */
  together<Steps extends readonly AnyStep[]>(
    ...steps: Steps & AllFit<Steps, Has>
  ): Pipeline<Has & AddedBy<Steps>>;
  /** The steps that would be run, for `--dry-run`. */
  describe(): readonly StepDescription[];
}

interface Missing<Needs, Has> {
  readonly missing: Omit<Needs, keyof Has>;
}

type AllFit<Steps extends readonly AnyStep[], Has> = {
  readonly [Index in keyof Steps]: Steps[Index] extends Step<infer Needs, infer _Adds>
    ? Has extends Needs
      ? unknown
      : Missing<Needs, Has>
    : never;
};

/** The facts that all of them add; none where their number is not known. */
type AddedBy<Steps extends readonly AnyStep[]> = number extends Steps['length']
  ? object
  : Steps extends readonly [Step<infer _Needs, infer Adds>, ...infer Rest extends readonly AnyStep[]]
    ? Adds & AddedBy<Rest>
    : object;

/** An empty pipeline that starts with the facts given. */
export function pipeline<Has extends object>(name: string, initial: Has): Pipeline<Has> {
  return pipelineOf(name, initial, []);
}

function pipelineOf<Has>(name: string, initial: object, stages: readonly Stage[]): Pipeline<Has> {
  const and = <More>(...more: readonly Stage[]): Pipeline<Has & More> =>
    pipelineOf(name, initial, [...stages, ...more]);
  const steps = stages.flat();
  return {
    name,
    initial,
    stages,
    steps,
    step: (next) => and([next as AnyStep]),
    when: (condition, next) => (condition ? and([next as AnyStep]) : and()),
    each: (list, stepFor) => and(...list.map((item) => [stepFor(item) as AnyStep])),
    together: (...next) => (next.length > 0 ? and(next) : and()),
    describe: () => steps.map((step) => ({ name: step.name, about: step.about(initial) })),
  };
}
