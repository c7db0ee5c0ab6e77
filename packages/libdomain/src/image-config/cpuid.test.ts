import { describe, expect, test } from '@jest/globals';
import { CPU_FEATURE_NAMES } from '@vm-tools/xc-native';
import fc from 'fast-check';
import { fromLibxlChanges, fromLibxlCpuid, toLibxlChanges, toLibxlCpuid } from './cpuid.ts';

test('is written as libxl reads it', () => {
  const leaves = { basic: 13, features: 1, extended: 8 };
  const written = toLibxlCpuid({ features: ['fpu', 'sse3', 'aesni', 'fsgsbase'], leaves });
  const none = '0'.repeat(32);
  expect(written.msr).toEqual([]);
  expect(written.cpuid).toEqual([
    { leaf: 0, eax: '00000000000000000000000000001101' },
    {
      leaf: 7,
      subleaf: 0,
      eax: '00000000000000000000000000000001',
      ebx: none.replace(/0$/, '1'),
      ecx: none,
      edx: none,
    },
    { leaf: 0x8000_0000, eax: '10000000000000000000000000001000' },
    { leaf: 1, edx: none.replace(/0$/, '1'), ecx: '00000010000000000000000000000001' },
  ]);
});

describe('is read', () => {
  test('as it was written, in both forms that libxl has', () => {
    fc.assert(
      fc.property(
        fc.subarray([...CPU_FEATURE_NAMES], { minLength: 1 }),
        fc.option(
          fc.record({ basic: fc.nat(0xffff_ffff), features: fc.nat(9), extended: fc.nat(0x7fff_ffff) }),
          { nil: undefined },
        ),
        (features, leaves) => {
          const level = { features, ...(leaves === undefined ? {} : { leaves }) };
          const written = toLibxlCpuid(level);
          expect(fromLibxlCpuid(written)).toEqual(level);
          expect(fromLibxlCpuid(written.cpuid)).toEqual(level);
        },
      ),
    );
  });

  test.each<[what: string, value: unknown]>([
    ['nothing', undefined],
    ['no list', 'host'],
    ['an empty list', []],
    ['an empty list beside MSRs', { cpuid: [], msr: [] }],
    ['what is no leaf', [null, 1, 'x', []]],
    ["xl's own changes of single bits", [{ leaf: 1, ecx: 'xxxxxx0xxxxxxxxxxxxxxxxxxxxxxxxx' }]],
    [
      'such a change beside others',
      [...toLibxlCpuid({ features: ['fpu'] }).cpuid, { leaf: 7, subleaf: 0, ebx: `${'0'.repeat(31)}k` }],
    ],
    ['another register alone', [{ leaf: 1, eax: '1'.repeat(32) }]],
    ['bits that are too few', [{ leaf: 1, edx: '1' }]],
  ])('as nothing that asks for features: %s', (_what, value) => {
    expect(fromLibxlCpuid(value)).toBeUndefined();
  });

  test('without harm, whatever it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(fromLibxlCpuid(value)).toBeUndefined();
      }),
    );
  });
});

describe('changes of single features', () => {
  test('are kept as libxl keeps them', () => {
    const changes = new Map([
      ['tm1', false],
      ['sse3', false],
      ['umip', true],
    ]);
    expect(toLibxlChanges(changes)).toEqual({
      cpuid: [
        { leaf: 1, edx: `xx0${'x'.repeat(29)}`, ecx: `${'x'.repeat(31)}0` },
        { leaf: 7, subleaf: 0, ecx: `${'x'.repeat(29)}1xx` },
      ],
      msr: [],
    });
  });

  test('are read as they were written, and are not taken for all that a guest may have', () => {
    const some = fc.array(fc.tuple(fc.constantFrom(...CPU_FEATURE_NAMES), fc.boolean()), { minLength: 1 });
    fc.assert(
      fc.property(some, (entries) => {
        const changes = new Map(entries);
        const written = toLibxlChanges(changes);
        expect(fromLibxlChanges(written)).toEqual(changes);
        expect(fromLibxlChanges(written.cpuid)).toEqual(changes);
        expect(fromLibxlCpuid(written)).toBeUndefined();
      }),
    );
  });

  test.each<[what: string, value: unknown]>([
    ['nothing', undefined],
    ['no list', { cpuid: 7 }],
    ["the host's own", [{ leaf: 1, ecx: 'k'.repeat(32) }]],
    ['bits that are too few', [{ leaf: 1, edx: '0' }]],
    ['a register without features', [{ leaf: 1, eax: '0'.repeat(32) }]],
  ])('are none in %s', (_what, value) => {
    expect(fromLibxlChanges(value)).toEqual(new Map());
  });
});
