import { describe, expect, test } from '@jest/globals';
import { argument, literal, prose } from './escape.ts';

describe('literal', () => {
  test.each([
    ['a\\b -c \'~^`"', 'a\\eb \\-c \\(aq\\(ti\\(ha\\(ga\\(dq'],
    ['.so file', '\\&.so file'],
    ['SHA256:…', 'SHA256:\\[u2026]'],
  ])('%j', (text, escaped) => expect(literal(text)).toBe(escaped));
});

describe('prose', () => {
  test.each([
    ['a non-maskable interrupt', 'a non-maskable interrupt'],
    ['(--max-downtime) of vm-list', '(\\-\\-max\\-downtime) of vm\\-list'],
    ["'tis", "\\&'tis"],
    ['pages 0x1000-0x10ff', 'pages 0x1000\\-0x10ff'],
  ])('%j', (text, escaped) => expect(prose(text)).toBe(escaped));
});

describe('argument', () => {
  test.each([
    ['web1', 'web1'],
    ['a b', '"a b"'],
    ['', '""'],
    ['Pa', '\\&Pa'],
    ['MiB', '\\&MiB'],
    ['.', '\\&.'],
    ['|', '\\&|'],
    ['yes|no', 'yes|no'],
  ])('%j', (text, escaped) => expect(argument(text)).toBe(escaped));
});
