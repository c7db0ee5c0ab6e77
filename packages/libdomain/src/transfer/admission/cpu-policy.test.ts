import { describe, expect, test } from '@jest/globals';
import {
  CPU_FEATURE_WORDS,
  CPUID_REGISTER_OFFSETS,
  LEAF_BYTES,
  MSR_BYTES,
  type CpuPolicy,
  type Xen,
} from '@vm-tools/xc-native';
import { decodeCpuPolicy, encodeCpuPolicy, requireCpu } from './cpu-policy.ts';

/** The policy of a guest on a processor with these features. */
function policyOf(features: readonly string[], vendor = 'GenuineIntel'): CpuPolicy {
  const entry = (leaf: number, subleaf: number): Buffer => {
    const bytes = Buffer.alloc(LEAF_BYTES);
    bytes.writeUInt32LE(leaf, 0);
    bytes.writeUInt32LE(subleaf, 4);
    return bytes;
  };
  const first = entry(0, 0xffff_ffff);
  for (const [place, register] of (['b', 'd', 'c'] as const).entries())
    first.write(vendor.slice(4 * place, 4 * place + 4), CPUID_REGISTER_OFFSETS[register], 'latin1');
  const words = new Map<string, Buffer>();
  for (const { leaf, subleaf, register, names } of CPU_FEATURE_WORDS) {
    const key = `${leaf} ${subleaf}`;
    const bytes = words.get(key) ?? entry(leaf, subleaf);
    words.set(key, bytes);
    const bits = names.map((name, bit) => (name !== undefined && features.includes(name) ? 2 ** bit : 0));
    bytes.writeUInt32LE(
      bits.reduce((sum, bit) => sum + bit, 0),
      CPUID_REGISTER_OFFSETS[register],
    );
  }
  return { cpuid: Buffer.concat([first, ...words.values()]), msrs: Buffer.alloc(0) };
}

/** A host whose Xen has this policy for guests of one type, and takes those that it is given, or not. */
function hostWith(policy: CpuPolicy, isCompatible = true): { xen: Xen; asked: unknown[] } {
  const asked: unknown[] = [];
  const xen: Partial<Xen> = {
    cpuPolicyGetSystem: async (type) => {
      asked.push(type);
      return policy;
    },
    cpuPolicyIsCompatible: async (type, guest) => {
      asked.push(type, guest);
      return isCompatible;
    },
  };
  return { xen: xen as Xen, asked };
}

describe('a policy', () => {
  test('is offered as the stream has it', () => {
    const policy = { cpuid: Buffer.alloc(2 * LEAF_BYTES, 7), msrs: Buffer.alloc(3 * MSR_BYTES, 9) };
    const offered = encodeCpuPolicy(policy);
    expect(offered).toEqual({
      cpuid: policy.cpuid.toString('base64'),
      msrs: policy.msrs.toString('base64'),
    });
    expect(decodeCpuPolicy(offered)).toEqual(policy);
    expect(decodeCpuPolicy({ ...offered, msrs: '' }).msrs).toHaveLength(0);
  });

  test.each([
    [0, 0],
    [LEAF_BYTES - 1, 0],
    [LEAF_BYTES + 1, 0],
    [LEAF_BYTES, 1],
    [LEAF_BYTES, MSR_BYTES + 1],
  ])('of %i bytes of CPUID and %i of MSRs is damaged', (cpuid, msrs) => {
    const [bytes, more] = [cpuid, msrs].map((length) => Buffer.alloc(length).toString('base64'));
    expect(() => decodeCpuPolicy({ cpuid: bytes!, msrs: more! })).toThrow(
      expect.objectContaining({
        ...{ code: 'DOMAIN_CPU_POLICY_CORRUPT', kind: 'corrupt' },
        details: { cpuidBytes: cpuid, msrsBytes: msrs },
      }),
    );
  });
});

describe('a guest', () => {
  const refusal = { code: 'DOMAIN_CPU_INCOMPATIBLE', kind: 'peer' };

  test('that has been told no more than this host can goes on here, when Xen says so, too', async () => {
    const guest = policyOf(['sse', 'aesni']);
    const { xen, asked } = hostWith(policyOf(['sse', 'aesni', 'avx']));
    await requireCpu({ xen }, 'web1', 'pvh', guest);
    expect(asked).toEqual(['pvh', 'pvh', guest]);
    const { xen: unwilling } = hostWith(policyOf(['sse', 'aesni']), false);
    const error = requireCpu({ xen: unwilling }, 'web1', 'pvh', guest);
    await expect(error).rejects.toMatchObject({
      ...{ ...refusal, message: 'Xen of this host does not give web1 the CPU policy that it has' },
    });
    await expect(error).rejects.toHaveProperty('details', {});
  });

  test('that may use more is refused, with all of it', async () => {
    const { xen } = hostWith(policyOf(['sse']));
    await expect(requireCpu({ xen }, 'web1', 'pv', policyOf(['sse', 'aesni', 'avx']))).rejects.toMatchObject({
      ...refusal,
      message: 'the processors of this host lack aesni, avx, which web1 has been told that it can use',
      details: { missing: ['aesni', 'avx'] },
    });
  });

  test('of another maker is refused', async () => {
    const { xen } = hostWith(policyOf(['sse']));
    const guest = policyOf(['sse'], 'AuthenticAMD');
    await expect(requireCpu({ xen }, 'web1', 'pvh', guest)).rejects.toMatchObject({
      ...refusal,
      details: { vendor: 'AuthenticAMD', hostVendor: 'GenuineIntel' },
    });
  });

  test.each([
    'apic',
    'htt',
    'x2apic',
    'osxsave',
    'hypervisor',
    'cmp_legacy',
    'fdp_excp_only',
    'no_fpu_sel',
    'ospke',
    'no_lmsl',
    'md_clear',
    'verw_clear',
    'fs_gs_ns',
  ])('is not refused for %s, which says nothing of the processor', async (feature) => {
    const { xen } = hostWith(policyOf([]));
    const guest = policyOf([feature]);
    await requireCpu({ xen }, 'web1', 'pvh', guest);
    expect(guest).not.toEqual(policyOf([]));
  });
});
