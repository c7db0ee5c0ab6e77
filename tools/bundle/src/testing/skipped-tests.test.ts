import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import SkippedTests from './skipped-tests.ts';

const ci = process.env['CI'];
const said = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
jest.spyOn(console, 'error').mockImplementation(() => undefined);

beforeEach(() => {
  said.mockClear();
  delete process.env['CI'];
});
afterEach(() => {
  if (ci === undefined) delete process.env['CI'];
  else process.env['CI'] = ci;
});

const passed = { status: 'passed', fullName: 'one' };
const told = { status: 'pending', fullName: 'two [skipped: there is no oracle] works' };

/** The error with which the run fails. */
function report(
  tests: readonly { status: string; fullName: string }[],
  testNamePattern?: string,
): string | undefined {
  const reporter = new SkippedTests({ testNamePattern });
  reporter.onRunComplete(undefined, { testResults: [{ testResults: tests }] });
  return reporter.getLastError()?.message;
}

test('a test that is skipped says why', () => {
  expect(report([passed, told, told])).toBeUndefined();
  expect(said.mock.calls).toEqual([['skipped: 2 tests: there is no oracle']]);
});

test('one that does not is a failure, and with CI=true each is', () => {
  expect(report([told, { status: 'pending', fullName: 'three' }])).toMatch(/does not say why/);
  process.env['CI'] = 'true';
  expect(report([passed])).toBeUndefined();
  expect(report([passed, told])).toMatch(/with CI=true/);
});

test('tests that -t leaves out are not meant', () => {
  process.env['CI'] = 'true';
  expect(report([passed, { status: 'pending', fullName: 'three' }], 'one')).toBeUndefined();
});
