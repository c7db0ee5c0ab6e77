import { describe, expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import { CPU_FEATURE_NAMES } from '@vm-tools/xc-native';
import fc from 'fast-check';
import { formatCpuDocument, parseCpuDocument, type CpuDocument } from './cpu-document.ts';

const PLAIN: CpuDocument = {
  cpuPolicy: 1,
  type: 'pvh',
  vendor: 'GenuineIntel',
  xen: '4.17.7',
  leaves: { basic: 13, features: 0, extended: 8 },
  archCapabilities: '0x8',
  features: ['fpu', 'sse', 'aesni'],
};

function failure(text: string): VmToolsError {
  try {
    parseCpuDocument(text, 'a.json');
  } catch (thrown) {
    if (thrown instanceof VmToolsError) return thrown;
    throw thrown;
  }
  throw new Error('expected an error');
}

test('is read as it was written', () => {
  expect(parseCpuDocument(formatCpuDocument(PLAIN), 'a.json')).toEqual(PLAIN);
  const { xen: _, archCapabilities: __, ...least } = PLAIN;
  expect(parseCpuDocument(JSON.stringify(least), 'a.json')).toEqual(least);
  fc.assert(
    fc.property(fc.subarray([...CPU_FEATURE_NAMES], { minLength: 1 }), (features) => {
      const mixed = { ...PLAIN, features: [...features].reverse() };
      expect(parseCpuDocument(JSON.stringify(mixed), 'a.json')).toEqual({ ...PLAIN, features });
    }),
  );
});

describe('what is wrong is told with its place', () => {
  const pretty = (more: object): string => JSON.stringify({ ...PLAIN, ...more }, null, 1);

  test.each<[text: string, code: string, message: string]>([
    ['', 'CONFIG_SYNTAX', 'a.json:1:1: '],
    ['{"cpuPolicy": 1,', 'CONFIG_SYNTAX', 'a.json:1:17: '],
    [
      pretty({ cpuPolicy: 2 }),
      'CONFIG_INVALID',
      'a.json:2:15: cpuPolicy must be 1: the version of the document',
    ],
    [pretty({ type: 'hvm' }), 'CONFIG_INVALID', 'a.json:3:10: type must be one of pv, pvh'],
    [pretty({ vendor: 'Genuine Intel' }), 'CONFIG_INVALID', 'a.json:4:12: vendor must be a word'],
    [
      pretty({ leaves: { basic: -1, features: 0, extended: 8 } }),
      'CONFIG_INVALID',
      'leaves.basic must be 0 or more',
    ],
    [pretty({ leaves: 7 }), 'CONFIG_INVALID', 'a.json:6:12: leaves '],
    [pretty({ archCapabilities: 8 }), 'CONFIG_INVALID', 'archCapabilities must be a text'],
    [pretty({ features: [] }), 'CONFIG_INVALID', 'features must name one at least'],
    [pretty({ features: ['fpu', 7] }), 'CONFIG_INVALID', 'a.json:14:3: features.1 must be a list of names'],
    [pretty({ features: ['fpu', 'AESNI'] }), 'CONFIG_INVALID', 'has no feature of a processor in "AESNI"'],
    [pretty({ more: 1 }), 'CONFIG_UNKNOWN_KEY', 'unknown key "more"'],
    ['{}', 'CONFIG_INVALID', 'a.json:1:1: cpuPolicy is missing'],
    ['{"cpuPolicy": 1, "cpuPolicy": 1}', 'CONFIG_INVALID', '"cpuPolicy" is given twice'],
  ])('%j', (text, code, message) => {
    const error = failure(text);
    expect(error).toMatchObject({ code, kind: 'usage', hint: expect.stringMatching(/\S/) });
    expect(error.message).toContain(message);
    expect(error.details).toMatchObject({ file: 'a.json' });
  });

  test('whatever it is', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.dictionary(fc.string(), fc.jsonValue()).map((value) => JSON.stringify(value)),
        ),
        (text) => {
          expect(failure(text).code).toMatch(/^CONFIG_/);
        },
      ),
    );
  });
});
