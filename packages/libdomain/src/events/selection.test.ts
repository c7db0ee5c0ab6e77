import { expect, test } from '@jest/globals';
import { Selection } from './selection.ts';

const uuid = '0a1b2c3d-0000-4000-8000-00000000000f';
const web1 = { domid: 12, uuid, name: 'web1' };

test.each([
  [[], true],
  [['web1'], true],
  [['web2', '12'], true],
  [[uuid.toUpperCase()], true],
  [['WEB1'], false],
  [['1', 'web', ''], false],
])('%j', (words, has) => {
  expect(new Selection(words).has(web1)).toBe(has);
});

test('a domain without a name is not meant by any word but its numbers', () => {
  expect(new Selection(['web1']).has({ ...web1, name: '' })).toBe(false);
});
