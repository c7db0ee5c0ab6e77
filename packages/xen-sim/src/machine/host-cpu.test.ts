import { describe, expect, test } from '@jest/globals';
import { cpuFeatures, cpuVendor, findLeaf, type CpuPolicy } from '@vm-tools/xc-native';
import { hostCpu, isCompatible } from './host-cpu.ts';

describe('the processor of a simulated host', () => {
  test('is a plain one', () => {
    expect(cpuVendor(hostCpu())).toBe('GenuineIntel');
    const features = cpuFeatures(hostCpu());
    expect([...features]).toEqual(expect.arrayContaining(['fpu', 'sse4_2', 'aesni', 'avx']));
    expect(features.has('avx2')).toBe(false);
  });

  test('lacks what is taken away, and nothing else', () => {
    const all = cpuFeatures(hostCpu());
    const left = cpuFeatures(hostCpu(['aesni', 'hypervisor']));
    expect([...all].filter((name) => !left.has(name))).toEqual(['aesni', 'hypervisor']);
    expect([...left].filter((name) => !all.has(name))).toEqual([]);
  });

  test.each(['avx2', 'AESNI', 'nonsense'])('has no %s that could be taken away', (name) => {
    expect(() => hostCpu([name])).toThrow(
      expect.objectContaining({ code: 'XEN_SIM_CPU', kind: 'usage', details: { name } }),
    );
  });

  test('is compatible as Xen 4.17 has it: leaves count, features do not', () => {
    const [host, less] = [hostCpu(), hostCpu(['aesni'])];
    expect(isCompatible(host, host)).toBe(true);
    expect(isCompatible(less, host)).toBe(true);
    const more: CpuPolicy = { ...host, cpuid: Buffer.from(host.cpuid) };
    findLeaf(more.cpuid, 0x8000_0000)?.writeUInt32LE(0x8000_0009, 8);
    expect(isCompatible(host, more)).toBe(false);
    expect(isCompatible(host, { ...host, cpuid: host.cpuid.subarray(1) })).toBe(false);
  });
});
