import { expect, test } from '@jest/globals';
import { complaint, tallyOf, tellTally, type Tally } from './tally.ts';

const tally = (init: Partial<Tally>): Tally => ({ tests: 120, found: 120, retried: [], ...init });

test('tests that have passed the second time are counted, with their names', () => {
  const passed = { status: 'passed', fullName: 'web moves', invocations: 2 };
  const tests = [
    passed,
    { status: 'passed', fullName: 'web stays', invocations: 1 },
    { status: 'failed', fullName: 'web fails', invocations: 2 },
    { status: 'pending', fullName: 'web waits' },
  ];
  const counted = tallyOf({ testResults: [{ testResults: tests }] });
  expect(counted).toEqual({ tests: 3, found: 4, retried: ['web moves'] });
  expect(tellTally(counted)).toBe('lab: 3 tests, 1 retried:\n  web moves');
  expect(tellTally(tally({}))).toBe('lab: 120 tests, 0 retried');
});

test('more than one in a hundred is a failure', () => {
  expect(complaint(tally({ retried: ['a'] }), [])).toBeUndefined();
  expect(complaint(tally({ retried: ['a', 'b'] }), [])).toMatch(/more than one test in a hundred/);
  expect(complaint(tally({ tests: 200, retried: ['a', 'b'] }), [])).toBeUndefined();
});

test('words that match no test are a failure', () => {
  const none = tally({ tests: 0, found: 0 });
  expect(complaint(none, ['vm-sav'])).toBe('lab: no test matches vm-sav');
  expect(complaint(tally({ tests: 0, found: 5 }), ['vm-save', '-t', 'nosuch'])).toMatch(/no test matches/);
  expect(complaint(tally({ tests: 0, found: 5 }), ['vm-save'])).toBeUndefined(); // where there can be no lab
});
