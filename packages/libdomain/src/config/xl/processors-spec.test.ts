import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readProcessorsSpec } from './processors-spec.ts';
import { SpecError } from './spec-error.ts';

test.each([
  ['2-3', [2, 3]],
  ['7', [7]],
  ['0-3,^1', [0, 2, 3]],
  ['^1,0-3', [0, 1, 2, 3]],
  ['3,1,,3, 2', [1, 2, 3]],
  ['0-7,^2-5,4', [0, 1, 4, 6, 7]],
  ['all', []],
  ['2,all', []],
  ['^2,all', []],
  ['all,^3', { allBut: [3] }],
  ['1,all,^3-5,4,^0', { allBut: [0, 3, 5] }],
  ['all,^3,3', []],
])('%j is read as xl reads it', (spec, cpus) => {
  expect(readProcessorsSpec(spec)).toEqual(cpus);
});

test.each([
  ['3-1', 'is no range of processors: "3-1"'],
  ['1-', 'is no range of processors: "1-"'],
  ['^all', 'is no range of processors: "^all"'],
  ['16384', 'is no range of processors: "16384"'],
  ['^1', 'leaves no processor'],
  [',', 'leaves no processor'],
  ['', 'leaves no processor'],
  ['1,nodes:0-1', 'nodes of a host are not supported yet: "nodes:0-1"'],
])('%j is refused', (spec, message) => {
  expect(() => readProcessorsSpec(spec)).toThrow(message);
});

test('each text is read or refused, and what is read is ascending numbers', () => {
  const parts = fc.constantFrom('all', '^', '-', ',', ' ', 'node:', '0', '1', '12', '99999', 'x');
  fc.assert(
    fc.property(
      fc.array(parts, { maxLength: 12 }).map((words) => words.join('')),
      (spec) => {
        try {
          const read = readProcessorsSpec(spec);
          const cpus = 'allBut' in read ? read.allBut : read;
          expect(cpus).toEqual([...new Set(cpus)].sort((a, b) => a - b));
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(SpecError);
        }
      },
    ),
  );
});
