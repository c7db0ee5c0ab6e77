import { describe, expect, test } from '@jest/globals';
import { explore } from './testing/model.ts';
import { SOURCE, TARGET, type Step, type Table } from './table.ts';

/** A table with other steps, or other words: what a bug in it would look like. */
function spoil<State extends string, Action extends string>(
  table: Table<State, Action>,
  more: readonly Step<State, Action>[],
  without: (step: Step<State, Action>) => boolean = () => false,
): Table<State, Action> {
  return { ...table, steps: [...table.steps.filter((step) => !without(step)), ...more] };
}

test('never two running, never lost, no state without a way out', () => {
  const report = explore();
  expect(report).toMatchObject({ twoRunning: undefined, lost: 0, stuck: 0 });
  expect(report.states).toBeGreaterThan(130);
});

describe('the check finds', () => {
  test('a source that resumes by a time limit after it has committed: two run', () => {
    const impatient = spoil(SOURCE, [{ in: 'committed', on: 'lease expired', write: 'aborted' }]);
    const { twoRunning } = explore(impatient, TARGET);
    expect(twoRunning).toEqual(expect.arrayContaining(['source: READY → committed', 'source: resume']));
  });

  test('a target that says RUNNING before it has unpaused the guest: lost', () => {
    const { states } = TARGET;
    const hasty = { ...TARGET, states: { ...states, owner: { ...states.owner, word: 'RUNNING' as const } } };
    const { lost, stuck } = explore(SOURCE, hasty);
    expect(lost).toBeGreaterThan(0);
    expect(stuck).toBeGreaterThan(0);
  });

  test('a lease that destroys without having been fenced: stuck', () => {
    const careless = spoil(TARGET, [
      { in: 'ready', on: 'lease expired', act: 'abandon', leaves: 'absent' },
      // The journal goes with the guest: a later question gets no answer.
      { in: 'ready', guest: 'absent', write: 'idle' },
    ]);
    const { stuck } = explore(SOURCE, careless);
    expect(stuck).toBeGreaterThan(0);
  });

  test('a start that failed and is told as FENCED before the guest is gone: two run', () => {
    const { states } = TARGET;
    const early = {
      ...TARGET,
      states: { ...states, failing: { ...states.failing, word: 'FENCED' as const } },
    };
    expect(explore(SOURCE, early).twoRunning).toContain('target: start failed → failing');
  });

  test('a source that resumes before it has written down that it will not commit: two run', () => {
    const forgetful = spoil(SOURCE, [
      { in: 'committed', guest: 'suspended', act: 'resume', leaves: 'running' },
    ]);
    expect(explore(forgetful, TARGET).twoRunning).toBeDefined();
  });
});
