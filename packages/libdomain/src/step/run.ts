import { messageOf, throwIfAborted } from '@vm-tools/errors';
import type { Host } from '../host.ts';
import type { AnyStep, Pipeline, Stage } from './pipeline.ts';
import { stepError } from './step-error.ts';
import type { StepEvent, StepIo, StepState } from './step.ts';

/** The events of a running pipeline, and its abort signal. */
export interface RunOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onStep?: ((event: StepEvent) => void) | undefined;
  readonly onLog?: ((line: string) => void) | undefined;
}

/** A pipeline that ran to its end. */
export interface Completed<Has> {
  readonly context: Has;
  /** Undoes all of it, last step first. @returns what could not be undone, one clause each; ask again to try again */
  undo(): Promise<readonly string[]>;
}

/**
 * Runs the steps in order, those of one stage at the same time. When one fails that is no best effort, or the signal
 * has fired, those before it are undone in reverse order; the error names the step in `details.step` and lists in
 * `leftovers` what could not be undone.
 */
export async function runPipeline<Has>(
  pipeline: Pipeline<Has>,
  host: Host,
  options: RunOptions = {},
): Promise<Completed<Has>> {
  const running = new Running(pipeline, host, options);
  for (const stage of pipeline.stages) {
    const failure = await running.run(stage);
    if (failure !== undefined) throw stepError(failure, await running.undo());
  }
  return { context: running.context as Has, undo: () => running.undo() };
}

interface Failure {
  readonly step: string;
  readonly thrown: unknown;
}

/** The part of a pipeline that has been done, and the facts it has added. */
class Running {
  context: object;
  /** by stages */
  readonly #done: AnyStep[][] = [];
  readonly #doing: string;
  readonly #signal: AbortSignal;
  readonly #io: Omit<StepIo, 'signal'>;
  readonly #onStep: RunOptions['onStep'];

  constructor({ name, initial }: Pipeline<unknown>, host: Host, { signal, onStep, onLog }: RunOptions) {
    this.context = initial;
    this.#doing = `running ${name}`;
    this.#signal = signal ?? new AbortController().signal;
    this.#io = { host, onLog };
    this.#onStep = onStep;
  }

  /** Runs all of them to their ends. @returns what failed first, which made the others end */
  async run(stage: Stage): Promise<Failure | undefined> {
    const done: AnyStep[] = [];
    this.#done.push(done);
    const given = this.context;
    const failures: Failure[] = [];
    const others = new AbortController();
    const signal = AbortSignal.any([this.#signal, others.signal]);

    const runStep = async (step: AnyStep): Promise<void> => {
      const isBestEffort = step.isBestEffort === true;
      try {
        throwIfAborted(this.#signal, this.#doing);
        this.#onStep?.({ type: 'step', name: step.name, state: 'started', ms: 0 });
        await this.#timed(step, 'done', isBestEffort ? 'given-up' : 'failed', async () => {
          const added = await step.run({ ...given, ...this.#io, signal });
          this.context = { ...this.context, ...added };
          done.push(step);
        });
      } catch (thrown) {
        if (isBestEffort && !this.#signal.aborted) return;
        failures.push({ step: step.name, thrown });
        others.abort(thrown);
      }
    };
    await Promise.all(stage.map(runStep));
    return failures[0];
  }

  /** Once more where something was left, because a cause may have been gone with the rest. */
  async undo(): Promise<readonly string[]> {
    return (await this.#undoOnce()).length === 0 ? [] : this.#undoOnce();
  }

  /** Undoes what is done, last stage first; what cannot be undone stays done. */
  async #undoOnce(): Promise<readonly string[]> {
    const context = { ...this.context, ...this.#io, signal: new AbortController().signal };
    const leftovers: string[] = [];
    for (const stage of this.#done.splice(0).reverse()) {
      const stuck: AnyStep[] = [];
      const undoStep = async (step: AnyStep): Promise<void> => {
        if (step.undo === undefined) return;
        try {
          await this.#timed(step, 'undone', 'undo-failed', async () => step.undo?.(context));
        } catch (thrown) {
          leftovers.push(`${step.leaves?.(context) ?? step.name}: ${messageOf(thrown)}`);
          stuck.push(step);
        }
      };
      await Promise.all(stage.map(undoStep));
      if (stuck.length > 0) this.#done.unshift(stuck);
    }
    return leftovers;
  }

  async #timed(step: AnyStep, good: StepState, bad: StepState, work: () => Promise<void>): Promise<void> {
    const startedAt = performance.now();
    const tell = (state: StepState, why: { readonly why?: string } = {}): void =>
      this.#onStep?.({ type: 'step', name: step.name, state, ms: performance.now() - startedAt, ...why });
    try {
      await work();
    } catch (thrown) {
      // Of any other failure the error tells, with which the pipeline ends.
      tell(bad, bad === 'given-up' ? { why: messageOf(thrown) } : {});
      throw thrown;
    }
    tell(good);
  }
}
