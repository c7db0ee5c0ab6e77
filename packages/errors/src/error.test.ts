import { describe, expect, test } from '@jest/globals';
import { messageOf, VmToolsError } from './error.ts';

describe('VmToolsError', () => {
  const cause = Object.assign(new Error('No such file or directory'), { code: 'ENOENT' });
  const error = new VmToolsError({
    code: 'DOMAIN_KERNEL_MISSING',
    kind: 'usage',
    message: 'no kernel',
    hint: 'name one',
    cause,
    details: { path: '/boot/x' },
  });

  test('gains facts on its way up and keeps those it had', () => {
    const above = error.with({
      guest: { name: 'web', state: 'never created' },
      details: { step: 'check-kernel' },
    });
    expect(above.code).toBe('DOMAIN_KERNEL_MISSING');
    expect(above.hint).toBe('name one');
    expect(above.details).toEqual({ path: '/boot/x', step: 'check-kernel' });
    expect(above.cause).toBe(cause);
    expect(above.guest?.state).toBe('never created');
  });

  test('adds leftovers of the undo to those already named', () => {
    const once = error.with({ leftovers: ['domain 3'] });
    expect(once.with({ leftovers: ['/vm/1'] }).leftovers).toEqual(['domain 3', '/vm/1']);
  });

  test('turns into JSON with its chain of causes', () => {
    const outer = new VmToolsError({ code: 'DOMAIN_CREATE', message: 'cannot create', cause: error });
    expect(JSON.parse(JSON.stringify(outer))).toMatchObject({
      code: 'DOMAIN_CREATE',
      kind: 'failure',
      cause: {
        code: 'DOMAIN_KERNEL_MISSING',
        cause: { message: 'No such file or directory', code: 'ENOENT' },
      },
    });
  });
});

test('messageOf takes whatever was thrown', () => {
  expect(messageOf(new Error('a'))).toBe('a');
  expect(messageOf('b')).toBe('b');
});
