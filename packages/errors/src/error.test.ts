import { describe, expect, test } from '@jest/globals';
import { causesOf } from './causes-of.ts';
import { messageOf, VmToolsError } from './error.ts';
import { retryOf } from './retry.ts';

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

  test('is still where it was thrown first', () => {
    expect(error.with({ guest: { state: 'never created' } }).stack).toBe(error.stack);
  });

  test('says which end of a transfer it was, at what, and keeps that', () => {
    const placed = error.with({ side: 'target', phase: 'receiving' });
    expect(placed.with({ kind: 'corrupt' })).toMatchObject({ side: 'target', phase: 'receiving' });
    expect(placed.toJSON()).toMatchObject({ side: 'target', phase: 'receiving', retry: 'after-fix' });
    expect(error.toJSON()).not.toHaveProperty('side');
  });

  test('advises on trying again by its kind, unless it knows better', () => {
    expect(new VmToolsError({ code: 'A', kind: 'timeout', message: 'late' }).retry).toBe('safe');
    const known = new VmToolsError({ code: 'A', kind: 'peer', message: 'lost', retry: 'safe' });
    expect(known.with({ leftovers: ['b'] }).retry).toBe('safe');
    expect(known.with({ kind: 'uncertain' }).retry).toBe('unsafe');
    expect(known.with({ kind: 'failure', retry: 'unsafe' }).retry).toBe('unsafe');
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

test('the chain of causes goes through errors of others, and ends although it leads back to itself', () => {
  const inner = Object.assign(new Error('reset'), { code: 'ECONNRESET' });
  const outer = new VmToolsError({ code: 'A', message: 'a', cause: new Error('socket', { cause: inner }) });
  expect(outer.toJSON()).toMatchObject({
    cause: { message: 'socket', cause: { message: 'reset', code: 'ECONNRESET' } },
  });
  inner.cause = inner;
  expect(JSON.stringify(outer)).toContain('ECONNRESET');
  inner.cause = outer;
  expect(JSON.stringify(outer).match(/ECONNRESET/g)).toHaveLength(1);
  expect(causesOf(outer)).toEqual([outer.cause, inner]);
});

test('every kind has its advice on trying again', () => {
  expect(retryOf('uncertain')).toBe('unsafe');
  expect(retryOf('interrupted')).toBe('safe');
  expect(retryOf('usage')).toBe('after-fix');
});

test('messageOf takes whatever was thrown', () => {
  expect(messageOf(new Error('a'))).toBe('a');
  expect(messageOf('b')).toBe('b');
});
