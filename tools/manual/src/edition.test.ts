import { expect, test } from '@jest/globals';
import { editionOf } from './edition.ts';

test.each([
  [
    '# Changes\n\n## 0.2.0, 2026-03-09\n\n## 0.1.0, 2026-02-01\n',
    { version: '0.2.0', date: 'March 9, 2026' },
  ],
  ['## 0.1.0, not released yet\n', { version: '0.1.0', date: 'January 1, 2026' }],
])('%j', (changes, edition) => expect(editionOf(changes)).toEqual(edition));
