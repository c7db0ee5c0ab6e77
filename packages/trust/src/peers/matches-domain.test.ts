import { expect, test } from '@jest/globals';
import { matchesDomain } from './matches-domain.ts';

const uuid = '0F0e0d0c-0b0a-0908-0706-050403020100';

test.each([
  ['web', 'web', true],
  ['web', 'Web', false],
  ['web', 'web1', false],
  ['*', '', true],
  ['web-*', 'web-', true],
  ['web-*', 'db-web-1', false],
  ['*-1', 'web-1', true],
  ['*-1', 'web-12', false],
  ['x*a', 'xba', true],
  ['*a', 'ab', false],
  ['a*b', 'xb', false],
  ['ab*ba', 'aba', false],
  ['ab*ba', 'abba', true],
  ['*b*', 'ab', true],
  ['*b*', 'b', true],
  ['*b*', 'ac', false],
  ['*b*c*', 'cb', false],
  ['*ab*ab', 'ab', false],
  ['*ab*ab*', 'abab', true],
  ['a*ab*', 'ab', false],
  ['*aa*', 'a', false],
  ['a**c', 'ac', true],
  [uuid.toLowerCase(), 'web', true],
  [uuid.toUpperCase(), 'web', true],
  ['0f0e0d0c-*', 'web', false],
])('%j and %j: %s', (pattern, name, expected) => {
  expect(matchesDomain(pattern, { name, uuid })).toBe(expected);
});
