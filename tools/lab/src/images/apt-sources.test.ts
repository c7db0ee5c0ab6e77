import { describe, expect, test } from '@jest/globals';
import { fromStanzas, serves, sourcesOf } from './apt-sources.ts';

describe('fromStanzas', () => {
  test('gives a line for each place and suite, with the key', () => {
    const stanza = [
      'Types: deb deb-src',
      '# a comment',
      'URIs: http://one.test/debian http://two.test/debian',
      'Suites: bookworm bookworm-updates',
      'Components: main contrib',
      'Signed-By: /keys/debian.gpg',
    ].join('\n');
    expect(fromStanzas(stanza)).toEqual([
      'deb [signed-by=/keys/debian.gpg] http://one.test/debian bookworm main contrib',
      'deb [signed-by=/keys/debian.gpg] http://one.test/debian bookworm-updates main contrib',
      'deb [signed-by=/keys/debian.gpg] http://two.test/debian bookworm main contrib',
      'deb [signed-by=/keys/debian.gpg] http://two.test/debian bookworm-updates main contrib',
    ]);
  });

  test('leaves out what is switched off and what has no binary packages', () => {
    const off = 'Types: deb\nURIs: http://one.test\nSuites: bookworm\nComponents: main\nEnabled: no';
    const sources = 'Types: deb-src\nURIs: http://one.test\nSuites: bookworm\nComponents: main';
    expect(fromStanzas(`${off}\n\n${sources}`)).toEqual([]);
  });
});

test.each([
  ['deb http://one.test/debian bookworm main', true],
  ['deb [arch=amd64] http://one.test/debian-security bookworm-security main contrib', true],
  ['deb http://one.test/debian trixie main', false],
  ['deb http://one.test/tool bookworm stable', false],
  ['deb http://one.test/tool tool-bookworm main', false],
])('%s serves the suite: %s', (entry, expected) => {
  expect(serves(entry, 'bookworm')).toBe(expected);
});

describe('sourcesOf', () => {
  const own = [
    'deb [signed-by=/keys/bookworm.gpg] http://one.test/debian bookworm main',
    'deb http://one.test/debian-security bookworm-security main',
    'deb http://one.test/tool tool-bookworm main',
  ];

  test('a suite comes from where its own release comes from', () => {
    expect(sourcesOf('bookworm', own, 'bookworm')).toEqual(own.slice(0, 2));
    expect(sourcesOf('trixie', own, 'bookworm')).toEqual([
      'deb [signed-by=/keys/bookworm.gpg] http://one.test/debian trixie main',
      'deb http://one.test/debian-security trixie-security main',
    ]);
  });

  test('and from its own entries where there are some', () => {
    const trixie = 'deb http://two.test/debian trixie main';
    expect(sourcesOf('trixie', [...own, trixie], 'bookworm')).toEqual([trixie]);
    expect(sourcesOf('trixie', own, undefined)).toEqual([]);
  });
});
