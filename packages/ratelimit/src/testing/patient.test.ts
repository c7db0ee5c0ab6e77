import { afterEach, expect, test } from '@jest/globals';
import { patient } from './patient.ts';
import { measureSlowness } from './slowness.ts';

const measured = process.env['VM_TOOLS_TEST_SLOWNESS'];
afterEach(() => {
  process.env['VM_TOOLS_TEST_SLOWNESS'] = measured;
});

test('limits grow with the slowness that was measured', () => {
  process.env['VM_TOOLS_TEST_SLOWNESS'] = '2.5';
  expect(patient(1001)).toBe(2503);
  process.env['VM_TOOLS_TEST_SLOWNESS'] = '100';
  expect(patient(1000)).toBe(8000);
});

test('jest has measured it for this process', () => {
  expect(Number(measured)).toBeGreaterThanOrEqual(1);
  expect(measureSlowness()).toBeGreaterThanOrEqual(1);
});
