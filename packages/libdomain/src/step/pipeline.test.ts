import { describe, expect, it } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import type { Host } from '../host.ts';
import { failure } from '../testing/failure.ts';
import { bestEffort } from './best-effort.ts';
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
    // @ts-expect-error: no step has added `one` yet
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

describe('each and together', () => {
  const plug = (id: number): Step<{ start: number }> => ({
    name: `disk ${id}`,
    about: ({ start }) => `disk ${id} of a domain that starts with ${start}`,
    run: () => Promise.resolve({}),
  });

  it('have a line for each step', () => {
    const { first, second } = steps([]);
    const plan = pipeline('sample', { start: 1 }).together(first, plug(7)).each([0, 1], plug).step(second);
    expect(plan.describe().map(({ name }) => name)).toEqual([
      'first',
      'disk 7',
      'disk 0',
      'disk 1',
      'second',
    ]);
    expect(plan.describe()[2]?.about).toBe('disk 0 of a domain that starts with 1');
    expect(plan.stages.map((stage) => stage.length)).toEqual([2, 1, 1, 1]);
    expect(pipeline('sample', { start: 1 }).each([], plug).steps).toEqual([]);
  });

  it('do not compile with a step before what it needs', () => {
    const { first, second, third } = steps([]);
    const start = pipeline('sample', { start: 1 });
    const some = [first, first];
    // @ts-expect-error: no step has added `one` yet
    start.each([1], () => third);
    // @ts-expect-error: and none of those that run at the same time can
    start.together(first, third);
    // @ts-expect-error: one of a list may not have been there
    start.each([1], () => first).step(second);
    // @ts-expect-error: nor may any of as many as there are
    start.together(...some).step(second);
    // @ts-expect-error: what may fail does not count
    start.step(bestEffort(first)).step(second);
    start.together(first, plug(1)).step(second).step(third) satisfies { steps: readonly unknown[] };
    start.step(first).together(second, third).step(plug(2)) satisfies { steps: readonly unknown[] };
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

  describe('of steps that run together', () => {
    /** Ends when it is told to, or when its signal fires. */
    function waiting(name: string, diary: string[], adds: object = {}) {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      const step: Step<object> = {
        name,
        about: () => name,
        async run({ signal }) {
          diary.push(`${name} begins`);
          const fired = new Promise((_, reject) => {
            signal.addEventListener('abort', () => reject(new Error(`${name} was told to end`)));
          });
          await Promise.race([promise, fired]);
          diary.push(`${name} ends`);
          return adds;
        },
        undo: async () => void diary.push(`undo ${name}`),
      };
      return { step, end: () => resolve(undefined) };
    }

    it('starts all before any has ended, and what each adds is there behind them', async () => {
      const diary: string[] = [];
      const [left, right] = [waiting('left', diary, { l: 1 }), waiting('right', diary, { r: 2 })];
      const starter: Step<object> = {
        name: 'starter',
        about: () => '',
        async run() {
          right.end();
          await Promise.resolve();
          left.end();
          return { s: 3 };
        },
      };
      const plan = pipeline('sample', {}).together(left.step, right.step, starter);
      const completed = await runPipeline(plan, host);
      expect(diary.slice(0, 2)).toEqual(['left begins', 'right begins']);
      expect(completed.context).toEqual({ l: 1, r: 2, s: 3 });
      expect(await completed.undo()).toEqual([]);
      expect(diary.slice(4).sort()).toEqual(['undo left', 'undo right']);
    });

    it('ends the others when one fails, undoes what was done, and tells the first failure', async () => {
      const diary: string[] = [];
      const events: StepEvent[] = [];
      const [before, other] = [waiting('before', diary), waiting('other', diary)];
      before.end();
      const done: Step<object> = { ...before.step, name: 'done' };
      const fails: Step<object> = {
        name: 'fails',
        about: () => '',
        async run() {
          await new Promise(setImmediate);
          throw new Error('no such bridge');
        },
      };
      const plan = pipeline('sample', {}).step(before.step).together(done, other.step, fails);
      const error = await failure(runPipeline(plan, host, { onStep: (event) => events.push(event) }));
      expect(error).toMatchObject({
        message: 'step fails failed: no such bridge',
        details: { step: 'fails' },
      });
      expect(diary.filter((line) => line.startsWith('undo'))).toEqual(['undo before', 'undo before']);
      expect(diary).not.toContain('other ends');
      const told = events.map(({ name, state }) => `${name} ${state}`);
      expect(told.slice(2)).toEqual([
        'done started',
        'other started',
        'fails started',
        'done done',
        'fails failed',
        'other failed',
        'done undone',
        'before undone',
      ]);
    });

    it('undoes again only those that could not be undone', async () => {
      const diary: string[] = [];
      const troubles: Record<string, unknown> = { 'undo third 3': new Error('it is stuck') };
      const { first, third } = steps(diary, troubles);
      const plan = pipeline('sample', { start: 1, one: 2 }).together(first, third);
      const completed = await runPipeline(plan, host);
      expect(await completed.undo()).toEqual(['third: it is stuck']);
      delete troubles['undo third 3'];
      expect(await completed.undo()).toEqual([]);
      expect(diary.filter((line) => line === 'undo first 2')).toHaveLength(1);
    });
  });

  describe('of a best effort', () => {
    const fails: Step<object> = {
      name: 'fails',
      about: () => '',
      run: () => Promise.reject(new Error('no such script')),
      undo: () => Promise.reject(new Error('what was not done is not undone')),
    };

    it('goes on without it, and tells why', async () => {
      const diary: string[] = [];
      const { first, second } = steps(diary);
      const events: StepEvent[] = [];
      const plan = pipeline('sample', { start: 1 }).step(first).step(bestEffort(fails)).step(second);
      const completed = await runPipeline(plan, host, { onStep: (event) => events.push(event) });
      expect(events.filter(({ name }) => name === 'fails')).toMatchObject([
        { state: 'started' },
        { state: 'given-up', why: 'no such script' },
      ]);
      expect(await completed.undo()).toEqual([]);
      expect(diary).toEqual(['first', 'second', 'undo first 2']);
    });

    it('ends the pipeline all the same when the signal has fired', async () => {
      const abort = new AbortController();
      const stop: Step<object> = {
        ...fails,
        run: () => (abort.abort(), Promise.reject(new Error('cut short'))),
      };
      const plan = pipeline('sample', {}).together(bestEffort(stop), bestEffort(fails));
      const error = await failure(runPipeline(plan, host, { signal: abort.signal }));
      expect(error).toMatchObject({ details: { step: 'fails' }, kind: 'interrupted' });
    });
  });
});
