import { messageOf, throwIfAborted, VmToolsError } from '@vm-tools/errors';
import type { Host } from '../host.ts';
import type { AnyStep, Pipeline } from './pipeline.ts';
import type { StepEvent, StepIo, StepState } from './step.ts';

export interface RunOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onStep?: (event: StepEvent) => void;
  readonly onLog?: (line: string) => void;
}

/** A pipeline that ran to its end. */
export interface Completed<Has> {
  readonly context: Has;
  /** Undoes all of it, last step first. @returns what could not be undone, one clause each; ask again to try again */
  undo(): Promise<readonly string[]>;
}

/**
 * Runs the steps in order. When one fails, or the signal has fired, those before it are undone in reverse order;
 * the error names the step in `details.step` and lists in `leftovers` what could not be undone.
 */
export async function runPipeline<Has>(
  pipeline: Pipeline<Has>,
  host: Host,
  options: RunOptions = {},
): Promise<Completed<Has>> {
  const signal = options.signal ?? new AbortController().signal;
  const log = options.onLog === undefined ? {} : { onLog: options.onLog };
  const done: AnyStep[] = [];
  let context: object = pipeline.initial;

  const timed = async (
    step: AnyStep,
    good: StepState,
    bad: StepState,
    work: () => Promise<void>,
  ): Promise<void> => {
    const startedAt = performance.now();
    const tell = (state: StepState): void =>
      options.onStep?.({ type: 'step', name: step.name, state, ms: performance.now() - startedAt });
    try {
      await work();
    } catch (thrown) {
      tell(bad);
      throw thrown;
    }
    tell(good);
  };

  /** Undoes what is done, last step first; what cannot be undone stays done. */
  const undoOnce = async (): Promise<readonly string[]> => {
    const io: StepIo = { host, signal: new AbortController().signal, ...log };
    const leftovers: string[] = [];
    for (const step of done.splice(0).reverse()) {
      if (step.undo === undefined) continue;
      try {
        await timed(step, 'undone', 'undo-failed', async () => step.undo?.({ ...context, ...io }));
      } catch (thrown) {
        const left = step.leaves?.({ ...context, ...io }) ?? step.name;
        leftovers.push(`${left}: ${messageOf(thrown)}`);
        done.unshift(step);
      }
    }
    return leftovers;
  };
  // Once more, because a cause may have been gone with the rest, and nobody else would clear it away.
  const undo = async (): Promise<readonly string[]> => ((await undoOnce()).length === 0 ? [] : undoOnce());

  for (const step of pipeline.steps) {
    try {
      throwIfAborted(signal, `running ${pipeline.name}`);
      options.onStep?.({ type: 'step', name: step.name, state: 'started', ms: 0 });
      await timed(step, 'done', 'failed', async () => {
        context = { ...context, ...(await step.run({ ...context, host, signal, ...log })) };
        done.push(step);
      });
    } catch (thrown) {
      throw stepError(step.name, thrown, await undo());
    }
  }
  return { context: context as Has, undo };
}

function stepError(step: string, thrown: unknown, leftovers: readonly string[]): VmToolsError {
  const hint =
    leftovers.length === 0
      ? 'nothing of it is left; try again when the cause is gone'
      : 'remove what is left behind before you try again';
  if (thrown instanceof VmToolsError)
    return thrown.with({ hint: thrown.hint ?? hint, details: { step }, leftovers });
  return new VmToolsError({
    code: 'DOMAIN_STEP_FAILED',
    message: `step ${step} failed: ${messageOf(thrown)}`,
    hint,
    cause: thrown,
    details: { step },
    leftovers,
  });
}
