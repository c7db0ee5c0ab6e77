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
  ['node:0', { spec: 'node:0' }],
  ['nodes:0-1, 7,^nodes:1', { spec: 'node:0-1,7,^node:1' }],
  ['all,^nodes: 1-1', { spec: 'all,^node:1' }],
  ['2,node:1,all', []],
  ['nodes:all', []],
  ['node:1,nodes:all,^3', { allBut: [3] }],
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
  ['nodes:2-1', 'is no range of processors: "nodes:2-1"'],
  ['1,node:', 'is no range of processors: "node:"'],
  ['^node:all', 'is no range of processors: "^node:all"'],
  ['^node:0', 'leaves no processor'],
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
          if ('spec' in read) {
            expect(readProcessorsSpec(read.spec)).toEqual(read);
            return;
          }
          const cpus = 'allBut' in read ? read.allBut : read;
          expect(cpus).toEqual([...new Set(cpus)].sort((a, b) => a - b));
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(SpecError);
        }
      },
    ),
  );
});
