import { expect, test } from '@jest/globals';
import { nameProblem } from '@vm-tools/words';
import fc from 'fast-check';
import { X509Certificate } from 'node:crypto';
import { claimedName, PEER_NAME } from './name.ts';
import { COMMON_NAME_ONLY } from './testing/certificates.ts';

test('what a peer may be called is a name everywhere', () => {
  fc.assert(fc.property(fc.stringMatching(PEER_NAME), (name) => expect(nameProblem(name)).toBeUndefined()));
});

test.each(['a', '7', 'b.example', 'a-b_c', 'A9', 'a'.repeat(64)])('%s is the name of a peer', (name) => {
  expect(name).toMatch(PEER_NAME);
});

test.each(['', '-a', 'a-', '.a', 'a.', '_a', 'a b', 'a/b', 'ä', 'a\n', ' a', 'a'.repeat(65)])(
  '%j is none',
  (name) => {
    expect(name).not.toMatch(PEER_NAME);
  },
);

test.each([
  ['CN=b.example', 'b.example'],
  ['C=DE\nCN=b', 'b'],
  ['CN=b\nO=Example', 'b'],
  ['O=CN=c\nCN=b', 'b'],
  ['CN=*.example', undefined],
  ['CN=', undefined],
  ['CN=b c', undefined],
  ['O=b', undefined],
  ['', undefined],
])('a certificate of %j calls its host %s', (subject, name) => {
  expect(claimedName({ subject } as Partial<X509Certificate> as X509Certificate)).toBe(name);
});

test('and one from openssl does, too', () => {
  expect(claimedName(new X509Certificate(COMMON_NAME_ONLY))).toBe('d.example');
});
