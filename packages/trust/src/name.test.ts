import { expect, test } from '@jest/globals';
import { nameProblem } from '@vm-tools/words';
import fc from 'fast-check';
import { PEER_NAME } from './name.ts';

test('what a peer may be called is a name everywhere', () => {
  fc.assert(fc.property(fc.stringMatching(PEER_NAME), (name) => expect(nameProblem(name)).toBeUndefined()));
});
