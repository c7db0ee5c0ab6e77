import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parsePin } from './parse-pin.ts';

test.each([
  ['3', { cpus: [3] }],
  ['0-3,7', { cpus: [0, 1, 2, 3, 7] }],
  ['7,1-2,2', { cpus: [1, 2, 7] }],
  ['all', { cpus: 'all' }],
  ['1:0-1', { vcpu: 1, cpus: [0, 1] }],
  ['0:all', { vcpu: 0, cpus: 'all' }],
])('%j', (text, pin) => {
  expect(parsePin(text)).toEqual(pin);
});

test.each(['', 'none', '3-1', '1,', ',1', '-1', '1:', ':1', '1:2:3', '99999', '0x1', ' 1'])(
  '%j is refused',
  (text) => {
    const refusal = { code: 'USAGE', kind: 'usage', hint: expect.stringContaining('0-3,7') };
    expect(() => parsePin(text)).toThrow(expect.objectContaining(refusal));
  },
);

test('whatever is read is a list of processors that ascends', () => {
  const word = fc.stringMatching(/^[0-9,:a-]{0,12}$/);
  fc.assert(
    fc.property(fc.oneof(word, fc.string()), (text) => {
      let cpus: readonly number[] | 'all';
      try {
        ({ cpus } = parsePin(text));
      } catch (thrown) {
        expect(thrown).toMatchObject({ code: 'USAGE' });
        return;
      }
      if (cpus === 'all') return;
      expect(cpus.length).toBeGreaterThan(0);
      for (const [index, cpu] of cpus.entries()) expect(cpu).toBeGreaterThan(cpus[index - 1] ?? -1);
    }),
  );
});

test('a list of processors is read back', () => {
  const cpus = fc.uniqueArray(fc.nat(16_383), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(cpus, (list) => {
      const sorted = [...list].sort((a, b) => a - b);
      expect(parsePin(list.join(','))).toEqual({ cpus: sorted });
    }),
  );
});
