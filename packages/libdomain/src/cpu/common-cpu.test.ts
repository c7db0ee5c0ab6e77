import { expect, test } from '@jest/globals';
import { CPU_FEATURE_NAMES } from '@vm-tools/xc-native';
import fc from 'fast-check';
import { commonCpu, type NamedCpu } from './common-cpu.ts';
import type { CpuDocument } from './cpu-document.ts';
import { GATHERED, SAY_NOTHING } from './say-nothing.ts';

const LEAVES = { basic: 13, features: 2, extended: 8 };

function host(file: string, features: readonly string[], more: Partial<CpuDocument> = {}): NamedCpu {
  const document: CpuDocument = {
    ...{ cpuPolicy: 1, type: 'pvh', vendor: 'GenuineIntel', xen: '4.17.7', leaves: LEAVES, features },
    ...more,
  };
  return { file, document };
}

test('of one host is that of the host', () => {
  const a = host('a', ['fpu', 'sse']);
  expect(commonCpu([a])).toEqual({ common: a.document, beyond: [{ file: 'a', features: [] }] });
});

test('is what all hosts have, and names what each has beyond', () => {
  const { common, beyond } = commonCpu([
    host('a', ['fpu', 'htt', 'aesni', 'avx', 'md_clear']),
    host('b', ['fpu', 'aesni'], { xen: '4.20.0', leaves: { basic: 22, features: 0, extended: 9 } }),
    host('c', ['fpu', 'avx', 'aesni']),
  ]);
  // Nothing is lost that only says what a host needs, and nothing is told of what says nothing.
  expect(common).toEqual({
    ...{ cpuPolicy: 1, type: 'pvh', vendor: 'GenuineIntel' },
    ...{ leaves: { basic: 13, features: 0, extended: 8 }, features: ['fpu', 'aesni', 'md_clear'] },
  });
  expect(beyond).toEqual([
    { file: 'a', features: ['avx'] },
    { file: 'b', features: [] },
    { file: 'c', features: ['avx'] },
  ]);
});

test('has the register of what a processor is not vulnerable to where all have the same', () => {
  const features = ['fpu', 'arch_caps'];
  const [a, b, c] = ['0x8', '0x8', '0xa'].map((archCapabilities, index) =>
    host('abc'.charAt(index), features, { archCapabilities }),
  ) as [NamedCpu, NamedCpu, NamedCpu];
  expect(commonCpu([a, b]).common).toMatchObject({ archCapabilities: '0x8', features });
  const { common, beyond } = commonCpu([a, b, c]);
  expect(common.features).toEqual(['fpu']);
  expect(common).not.toHaveProperty('archCapabilities');
  expect(beyond[2]).toEqual({ file: 'c', features: ['arch_caps'] });
});

test('is the same in whatever order the hosts come, and again what it has in common with each', () => {
  const some = fc.subarray([...CPU_FEATURE_NAMES]);
  fc.assert(
    fc.property(some, some, (ofA, ofB) => {
      const [a, b] = [host('a', ofA), host('b', ofB)];
      const { common } = commonCpu([a, b]);
      expect(commonCpu([b, a]).common).toEqual(common);
      expect(commonCpu([a, { file: 'common', document: common }]).common).toEqual(common);
      const isShared = (name: string): boolean => ofA.includes(name) && ofB.includes(name);
      expect(common.features.filter((name) => !GATHERED.has(name))).toEqual(
        CPU_FEATURE_NAMES.filter((name) => !GATHERED.has(name) && isShared(name)),
      );
      expect([...GATHERED].every((name) => SAY_NOTHING.has(name))).toBe(true);
    }),
    { numRuns: 30 },
  );
});

test.each([
  [{ vendor: 'AuthenticAMD' }, 'b is of processors of AuthenticAMD, and a of GenuineIntel'],
  [{ type: 'pv' }, 'b is of pv guests, and a of pvh guests'],
] as const)('is none with %j', (more, message) => {
  expect(() => commonCpu([host('a', ['fpu']), host('b', ['fpu'], more)])).toThrow(
    expect.objectContaining({ code: 'CPU_POLICIES_DIFFER', kind: 'usage', message, details: { file: 'b' } }),
  );
});
