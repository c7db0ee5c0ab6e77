import { expect } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import type { Strike } from '@vm-tools/xen-sim';

/** Every failure must have a stable code, the cause, and a hint. */
export function expectGoodError(thrown: unknown, { errno }: Strike): asserts thrown is VmToolsError {
  expect(thrown).toBeInstanceOf(VmToolsError);
  const { code, message, hint } = thrown as VmToolsError;
  expect({ code, message, hint }).toEqual({
    code: expect.stringMatching(/^[A-Z][A-Z0-9_]+$/),
    message: expect.stringMatching(errno ?? 'interrupted'),
    hint: expect.stringMatching(/\w/),
  });
}
