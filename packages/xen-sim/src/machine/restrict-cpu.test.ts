import { expect, test } from '@jest/globals';
import { CPU_FEATURE_NAMES, cpuFeatures, cpuLeaves } from '@vm-tools/xc-native';
import fc from 'fast-check';
import { hostCpu } from './host-cpu.ts';
import { restrictCpu } from './restrict-cpu.ts';

test('a guest gets what it is told of what its host has', () => {
  const host = hostCpu();
  const usual = cpuFeatures(host);
  fc.assert(
    fc.property(fc.subarray([...CPU_FEATURE_NAMES]), (features) => {
      const told = restrictCpu(host, { features });
      expect([...cpuFeatures(told)]).toEqual(features.filter((name) => usual.has(name)));
      expect(cpuLeaves(told)).toEqual(cpuLeaves(host));
    }),
  );
  expect(cpuFeatures(host)).toEqual(usual);
});

test('its leaves can be fewer', () => {
  const leaves = { basic: 7, features: 2, extended: 1 };
  expect(cpuLeaves(restrictCpu(hostCpu(), { leaves }))).toEqual({ basic: 7, features: 0, extended: 1 });
  expect(restrictCpu(hostCpu(), {})).toEqual(hostCpu());
});
