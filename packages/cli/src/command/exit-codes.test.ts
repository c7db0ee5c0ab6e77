import { expect, test } from '@jest/globals';
import { EXIT, exitStatus } from './exit-codes.ts';

test('each kind of failure has a status of its own', () => {
  const codes = Object.values(EXIT);
  expect(new Set(codes).size).toBe(codes.length);
  expect(codes).not.toContain(0);
});

test('a signal explains a failure, but not an uncertain one', () => {
  expect(exitStatus('aborted-safe', 'SIGINT')).toBe(130);
  expect(exitStatus('interrupted', 'SIGTERM')).toBe(143);
  expect(exitStatus('uncertain', 'SIGINT')).toBe(9);
  expect(exitStatus('aborted-safe')).toBe(8);
});
