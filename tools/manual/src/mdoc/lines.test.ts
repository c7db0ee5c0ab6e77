import { expect, test } from '@jest/globals';
import { asSentence, paragraphs, sentences } from './lines.ts';

test('a sentence has a line, and so has what is to be typed', () => {
  expect(sentences('It is `vm-list --names`, or so. Then (see `a`). .x')).toEqual([
    'It is',
    '.Ql "vm\\-list \\-\\-names" ,',
    'or so.',
    'Then (see',
    '.Ql a ) .',
    '\\&.x',
  ]);
});

test('paragraphs are apart', () => expect(paragraphs(['One.', 'Two.'])).toEqual(['One.', '.Pp', 'Two.']));

test.each([
  ['done', 'Done.'],
  ['name, domid or UUID', 'Name, domid or UUID.'],
  ['web1 runs', 'web1 runs.'],
  ['xfrd runs', 'xfrd runs.'],
  ['vm-list lists', 'vm-list lists.'],
  ['[tls://]HOST', '[tls://]HOST.'],
  ['It is. So it is.', 'It is. So it is.'],
])('%j is the sentence %j', (clause, sentence) => expect(asSentence(clause)).toBe(sentence));
