import { beforeAll, describe, expect, test } from '@jest/globals';
import { patient } from '@vm-tools/ratelimit/testing';
import { SUPPORTED_VERSIONS } from '@vm-tools/xc-native';
import { checkAbi } from './check-abi.ts';
import type { Headers } from './compile.ts';
import { ensureHeaders } from './headers.ts';

describe.each(Object.entries(SUPPORTED_VERSIONS))('Xen %s', (version, tables) => {
  let headers: Headers;
  beforeAll(async () => {
    headers = await ensureHeaders(version);
  }, patient(310_000));

  test('every prototype, callback, layout and CPU feature is what the headers say', async () => {
    expect(await checkAbi(tables, headers)).toEqual([]);
  });
});

test('headers of a release that is not here are named, with where they are looked for', async () => {
  await expect(ensureHeaders('4.99')).rejects.toThrow(
    expect.objectContaining({
      code: 'ABI_NO_HEADERS',
      message: expect.stringContaining('the C headers of Xen 4.99 are needed'),
      hint: expect.stringContaining('.cache/abi/4.99'),
    }),
  );
});

describe('a mistake is caught and named', () => {
  const version = '4.17';
  const right = SUPPORTED_VERSIONS[version]!;
  let headers: Headers;
  beforeAll(async () => {
    headers = await ensureHeaders(version);
  }, patient(310_000));

  test('an argument of the wrong type', async () => {
    const { xc_domain_pause } = right.prototypes.xenctrl;
    const [xch] = xc_domain_pause.args;
    const wrong = { ...xc_domain_pause, args: [xch, { c: 'uint64_t', crossing: 'uint64' }] } as const;
    const tables = { ...right, prototypes: { xenctrl: { xc_domain_pause: wrong } } };
    expect(await checkAbi(tables, headers)).toEqual([
      'xc_domain_pause is not int (*)(xc_interface *, uint64_t)',
    ]);
  });

  test('a missing argument', async () => {
    const { xc_dom_allocate } = right.prototypes.xenguest;
    const wrong = { ...xc_dom_allocate, args: xc_dom_allocate.args.slice(0, 2) };
    const tables = { ...right, prototypes: { xenguest: { xc_dom_allocate: wrong } } };
    expect(await checkAbi(tables, headers)).toHaveLength(1);
  });

  test('a struct passed by pointer instead of by value', async () => {
    const { precopy_policy } = right.callbacks;
    const wrong = {
      ...precopy_policy,
      args: [{ c: 'struct precopy_stats *', crossing: 'pointer' }, precopy_policy.args[1]],
    } as const;
    expect(await checkAbi({ ...right, callbacks: { precopy_policy: wrong } }, headers)).toEqual([
      'struct save_callbacks.precopy_policy is not int (*)(struct precopy_stats *, void *)',
    ]);
  });

  test('a wrong offset, a wrong width, a wrong size', async () => {
    const wrong = {
      c: 'xc_domaininfo_t',
      size: 120,
      fields: { flags: { offset: 8, type: 'u32' }, domain: { offset: 0, type: 'u32' } },
    } as const;
    expect(await checkAbi({ ...right, layouts: { wrong } }, headers)).toEqual([
      'xc_domaininfo_t is not of 120 bytes',
      'xc_domaininfo_t.flags is not at offset 8',
      'xc_domaininfo_t.domain is not of 4 bytes',
    ]);
  });

  test('a CPU feature at another bit', async () => {
    const [first] = right.cpuFeatures;
    const wrong = { ...first!, names: [undefined, 'fpu'] };
    expect(await checkAbi({ ...right, cpuFeatures: [wrong] }, headers)).toEqual([
      'the feature fpu is not bit 1 of word 0',
    ]);
  });

  test('a function or a field that does not exist', async () => {
    const tables = {
      ...right,
      layouts: { wrong: { c: 'xc_error', size: 1028, fields: { nope: { offset: 0, type: 'u32' } } } },
    } as const;
    await expect(checkAbi(tables, headers)).rejects.toThrow(/names what the headers do not have/);
  });
});
