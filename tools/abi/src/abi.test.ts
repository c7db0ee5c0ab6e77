import { beforeAll, describe, expect, test } from '@jest/globals';
import { patient } from '@vm-tools/ratelimit/testing';
import { CALLBACKS, CPU_FEATURE_WORDS, PROTOTYPES, SUPPORTED_VERSIONS } from '@vm-tools/xc-native';
import { checkAbi } from './check-abi.ts';
import type { AbiTables } from './generate-check.ts';
import { ensureHeaders } from './headers.ts';

const { layouts } = SUPPORTED_VERSIONS['4.17']!;
const right: AbiTables = {
  prototypes: PROTOTYPES,
  callbacks: CALLBACKS,
  layouts,
  cpuFeatures: CPU_FEATURE_WORDS,
};

beforeAll(() => ensureHeaders(), patient(310_000));

test('every prototype, callback, layout and CPU feature is what the headers say', async () => {
  expect(await checkAbi(right)).toEqual([]);
});

describe('a mistake is caught and named', () => {
  test('an argument of the wrong type', async () => {
    const { xc_domain_pause } = PROTOTYPES.xenctrl;
    const [xch] = xc_domain_pause.args;
    const wrong = { ...xc_domain_pause, args: [xch, { c: 'uint64_t', crossing: 'uint64' }] } as const;
    const tables = { ...right, prototypes: { xenctrl: { xc_domain_pause: wrong } } };
    expect(await checkAbi(tables)).toEqual(['xc_domain_pause is not int (*)(xc_interface *, uint64_t)']);
  });

  test('a missing argument', async () => {
    const { xc_dom_allocate } = PROTOTYPES.xenguest;
    const wrong = { ...xc_dom_allocate, args: xc_dom_allocate.args.slice(0, 2) };
    const tables = { ...right, prototypes: { xenguest: { xc_dom_allocate: wrong } } };
    expect(await checkAbi(tables)).toHaveLength(1);
  });

  test('a struct passed by pointer instead of by value', async () => {
    const { precopy_policy } = CALLBACKS;
    const wrong = {
      ...precopy_policy,
      args: [{ c: 'struct precopy_stats *', crossing: 'pointer' }, precopy_policy.args[1]],
    } as const;
    expect(await checkAbi({ ...right, callbacks: { precopy_policy: wrong } })).toEqual([
      'struct save_callbacks.precopy_policy is not int (*)(struct precopy_stats *, void *)',
    ]);
  });

  test('a wrong offset, a wrong width, a wrong size', async () => {
    const wrong = {
      c: 'xc_domaininfo_t',
      size: 120,
      fields: { flags: { offset: 8, type: 'u32' }, domain: { offset: 0, type: 'u32' } },
    } as const;
    expect(await checkAbi({ ...right, layouts: { wrong } })).toEqual([
      'xc_domaininfo_t is not of 120 bytes',
      'xc_domaininfo_t.flags is not at offset 8',
      'xc_domaininfo_t.domain is not of 4 bytes',
    ]);
  });

  test('a CPU feature at another bit', async () => {
    const [first] = CPU_FEATURE_WORDS;
    const wrong = { ...first!, names: [undefined, 'fpu'] };
    expect(await checkAbi({ ...right, cpuFeatures: [wrong] })).toEqual([
      'the feature fpu is not bit 1 of word 0',
    ]);
  });

  test('a function or a field that does not exist', async () => {
    const tables = {
      ...right,
      layouts: { wrong: { c: 'xc_error', size: 1028, fields: { nope: { offset: 0, type: 'u32' } } } },
    } as const;
    await expect(checkAbi(tables)).rejects.toThrow(/names what the headers do not have/);
  });
});
