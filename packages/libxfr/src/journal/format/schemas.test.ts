import { expect, test } from '@jest/globals';
import { journalEntrySchema, journalStartSchema } from './schemas.ts';

const start = {
  id: 'a'.repeat(32),
  role: 'target',
  guest: { name: 'web1', uuid: '0f0e0d0c-0b0a-0908-0706-050403020100' },
  peer: 'b.example:8002',
};
const entry = { state: 'ready', epoch: 1 };

test('a journal is begun with what one of a target begins with', () => {
  expect(journalStartSchema.parse(start)).toEqual(start);
  const whole = { ...start, who: 'b', epoch: 7 };
  expect(journalStartSchema.parse(whole)).toEqual(whole);
  const longest = { ...start, guest: { ...start.guest, name: 'x'.repeat(256) }, who: 'x'.repeat(256) };
  expect(journalStartSchema.safeParse({ ...longest, peer: 'x'.repeat(300) }).success).toBe(true);
});

test.each([
  ['no id', { id: undefined }],
  ['the id of no transfer', { id: '../b' }],
  ['the role of a source', { role: 'source' }],
  ['no guest', { guest: undefined }],
  ['a guest without a name', { guest: { ...start.guest, name: '' } }],
  ['a guest with a long name', { guest: { ...start.guest, name: 'x'.repeat(257) } }],
  ['a guest without a UUID', { guest: { name: 'web1' } }],
  ['a UUID that is a path', { guest: { ...start.guest, uuid: '../../x' } }],
  ['no peer', { peer: undefined }],
  ['a long peer', { peer: 'x'.repeat(301) }],
  ['a long identity', { who: 'x'.repeat(257) }],
  ['an epoch that is none', { epoch: 0 }],
])('and not with %s', (_what, change) => {
  expect(journalStartSchema.safeParse({ ...start, ...change }).success).toBe(false);
});

test('a line says a state of a target and its epoch, and may say why', () => {
  expect(journalEntrySchema.parse(entry)).toEqual(entry);
  const error = { code: 'A_B', kind: 'peer', message: 'why' };
  expect(journalEntrySchema.parse({ ...entry, error })).toEqual({ ...entry, error });
  for (const wrong of [
    { state: 'committed' },
    { state: 'x' },
    { epoch: 0 },
    { epoch: undefined },
    { error: 7 },
  ])
    expect(journalEntrySchema.safeParse({ ...entry, ...wrong }).success).toBe(false);
});
