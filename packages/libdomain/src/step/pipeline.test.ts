import { describe, expect, it } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import type { Host } from '../host.ts';
import { failure } from '../testing/failure.ts';
import { pipeline } from './pipeline.ts';
import { runPipeline } from './run.ts';
import type { Step, StepEvent } from './step.ts';

const host = {} as Host;

/** Three steps that write down what happens to them. */
function steps(
  diary: string[],
  troubles: Record<string, unknown> = {},
): {
  first: Step<{ start: number }, { one: number }>;
  second: Step<{ one: number }>;
  third: Step<{ start: number; one: number }, { sum: number }>;
} {
  const happen = (what: string): void => {
    diary.push(what);
    if (what in troubles) throw troubles[what];
  };
  return {
    first: {
      name: 'first',
      about: ({ start }) => `starts with ${start}`,
      run: async ({ start }) => (happen('first'), { one: start + 1 }),
      undo: async ({ one }) => happen(`undo first ${one}`),
    },
    second: { name: 'second', about: () => 'takes nothing', run: async () => (happen('second'), {}) },
    third: {
      name: 'third',
      about: () => 'adds up',
      run: async ({ start, one }) => (happen('third'), { sum: start + one }),
      undo: async ({ sum }) => happen(`undo third ${sum}`),
    },
  };
}

describe('pipeline', () => {
  it('is a value that can be described without being run', () => {
    const diary: string[] = [];
    const { first, second } = steps(diary);
    const plan = pipeline('sample', { start: 1 }).step(first).when(false, second);
    expect(plan.describe()).toEqual([{ name: 'first', about: 'starts with 1' }]);
    expect(plan.when(true, second).steps).toHaveLength(2);
    expect(diary).toEqual([]);
  });

  it('does not compile with a step before what it needs', () => {
    const { first, second, third } = steps([]);
    const start = pipeline('sample', { start: 1 });
    // @ts-expect-error: nobody has added `one` yet
    start.step(third);
    // @ts-expect-error: and a condition makes no difference
    start.when(true, second);
    // @ts-expect-error: nor does a step that may have been left out count
    start.when(true, first).step(third);
    // @ts-expect-error: what is started with must be there, too
    pipeline('sample', {}).step(first);
    start.step(first).step(third) satisfies { steps: readonly unknown[] };
    expect(start.steps).toEqual([]);
  });
});

describe('runPipeline', () => {
  it('hands on what the steps find out, and can undo all of it later', async () => {
    const diary: string[] = [];
    const { first, second, third } = steps(diary);
    const completed = await runPipeline(
      pipeline('sample', { start: 1 }).step(first).step(second).step(third),
      host,
    );
    expect(completed.context).toEqual({ start: 1, one: 2, sum: 3 });
    expect(await completed.undo()).toEqual([]);
    expect(await completed.undo()).toEqual([]);
    expect(diary).toEqual(['first', 'second', 'third', 'undo third 3', 'undo first 2']);
  });

  it('undoes in reverse order what was done before a failure, and names the step', async () => {
    const diary: string[] = [];
    const cause = new Error('no more room');
    const { first, second, third } = steps(diary, { third: cause });
    const events: StepEvent[] = [];
    const plan = pipeline('sample', { start: 1 }).step(first).step(second).step(third);
    const error = await failure(runPipeline(plan, host, { onStep: (event) => events.push(event) }));
    expect(error).toMatchObject({
      code: 'DOMAIN_STEP_FAILED',
      message: 'step third failed: no more room',
      cause,
      leftovers: [],
    });
    expect(error.details).toEqual({ step: 'third' });
    expect(diary).toEqual(['first', 'second', 'third', 'undo first 2']);
    expect(events.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'first started',
      'first done',
      'second started',
      'second done',
      'third started',
      'third failed',
      'first undone',
    ]);
  });

  it('tells the first failure with what could not be undone, and goes on undoing', async () => {
    const diary: string[] = [];
    const known = new VmToolsError({ code: 'KNOWN', kind: 'resource', message: 'known trouble' });
    const { first, third } = steps(diary, { 'undo third 3': new Error('it is stuck') });
    const last: Step<{ sum: number }> = { name: 'last', about: () => '', run: () => Promise.reject(known) };
    const plan = pipeline('sample', { start: 1 }).step(first).step(third).step(last);
    const error = await failure(runPipeline(plan, host));
    expect(error).toMatchObject({
      code: 'KNOWN',
      kind: 'resource',
      leftovers: ['third: it is stuck'],
      details: { step: 'last' },
      hint: 'remove what is left behind before you try again',
    });
    expect(diary.slice(2)).toEqual(['undo third 3', 'undo first 2', 'undo third 3']);
  });

  it('undoes at the second try what it could not at the first, and at any later one', async () => {
    const diary: string[] = [];
    const troubles: Record<string, unknown> = { 'undo third 3': new Error('it is stuck') };
    const { first, third } = steps(diary, troubles);
    const stuck: typeof third = { ...third, leaves: ({ sum }) => `a sum of ${sum}` };
    const completed = await runPipeline(pipeline('sample', { start: 1 }).step(first).step(stuck), host);
    expect(await completed.undo()).toEqual(['a sum of 3: it is stuck']);
    delete troubles['undo third 3'];
    expect(await completed.undo()).toEqual([]);
    expect(diary.slice(2)).toEqual(['undo third 3', 'undo first 2', 'undo third 3', 'undo third 3']);
  });

  it('undoes when the signal fires, with a signal that does not', async () => {
    const abort = new AbortController();
    const seen: boolean[] = [];
    const stop: Step<object> = {
      name: 'stop',
      about: () => '',
      run: async () => (abort.abort(), {}),
      undo: async ({ signal }) => void seen.push(signal.aborted),
    };
    const plan = pipeline('sample', {}).step(stop).step(stop);
    expect(await failure(runPipeline(plan, host, { signal: abort.signal }))).toMatchObject({
      kind: 'interrupted',
    });
    expect(seen).toEqual([false]);
  });
});
