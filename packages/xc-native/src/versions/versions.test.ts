import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { StructView } from '../abi/struct-view.ts';
import { openXen } from '../open-xen.ts';
import type { Prototype } from '../prototypes/ctype.ts';
import { uint } from '../prototypes/ctype.ts';
import { PROTOTYPES } from '../prototypes/index.ts';
import { DOM0_FILES, makeFakeRoot } from '../testing/fake-root.ts';
import { buildStubLibrary } from '../testing/stub-library.ts';
import type { StubLibrary } from '../testing/stub-library.ts';
import { HVM_PARAM } from '../xen.ts';
import type { Xen } from '../xen.ts';
import { NUMBERS_4_17, XEN_4_17 } from './4.17.ts';
import { SUPPORTED_VERSIONS, supportFor } from './index.ts';
import type { VersionSupport, Versions } from './shape.ts';
import { layoutsOf, type LayoutNumbers } from './structs.ts';
import { UNPROVEN_VERSIONS } from './unproven.ts';

const { xen_domctl_createdomain: createdomain } = NUMBERS_4_17;
const { xc_domain_pause } = PROTOTYPES.xenctrl;

/** No such Xen exists: it differs from its predecessor in each way that a version may. */
const MADE_UP: VersionSupport = {
  ...XEN_4_17,
  layouts: layoutsOf({
    ...NUMBERS_4_17,
    xen_domctl_createdomain: { size: 68, at: { ...createdomain.at, emulation_flags: 60, misc_flags: 64 } },
  }),
  prototypes: {
    ...PROTOTYPES,
    xenctrl: {
      ...PROTOTYPES.xenctrl,
      xc_domain_pause: { ...xc_domain_pause, args: [...xc_domain_pause.args, uint], appended: [42] },
    },
  },
  quirks: { altp2m: 'creation' },
};

describe('a version that differs in layout, prototype and quirk', () => {
  let stub: StubLibrary;
  beforeAll(async () => {
    stub = await buildStubLibrary(99, MADE_UP);
  });
  afterAll(async () => {
    await stub[Symbol.asyncDispose]();
  });

  async function open(versions: Versions = { '4.17': XEN_4_17, '4.99': MADE_UP }): Promise<Xen> {
    await using root = await makeFakeRoot({ ...DOM0_FILES, 'sys/hypervisor/version/minor': '99\n' });
    const { libraries } = stub;
    return await openXen({ root: root.path, libraries, versions });
  }

  test('is chosen where it runs, and is driven as it says', async () => {
    const xen = await open();
    try {
      await stub.takeCalls();
      await xen.domainPause(7);
      expect(await stub.takeCalls()).toEqual([['xc_domain_pause', 'ptr', '7', '42']]);

      await xen.domainCreate({ type: 'pvh', uuid: '00112233-4455-6677-8899-aabbccddeeff', maxVcpus: 3 });
      const created = (await stub.takeCalls()).find(([name]) => name === 'xc_domain_create')!;
      const config = Buffer.from(created.at(-1)!, 'hex');
      expect(config).toHaveLength(68);
      expect(config.readUInt32LE(60)).toBe(1);
      expect(new StructView(MADE_UP.layouts.xen_domctl_createdomain, config).get('emulation_flags')).toBe(1);

      await xen.hvmParamSet(7, HVM_PARAM.ALTP2M, 0n);
      await xen.hvmParamSet(7, HVM_PARAM.TIMER_MODE, 1n);
      expect((await stub.takeCalls()).map(([name, , , param]) => [name, param])).toEqual([
        ['xc_hvm_param_set', String(HVM_PARAM.TIMER_MODE)],
      ]);
    } finally {
      await xen.close();
    }
  });

  test('is refused by its number where it was not added', async () => {
    await expect(open(SUPPORTED_VERSIONS)).rejects.toThrow(
      expect.objectContaining({
        code: 'XEN_VERSION_UNKNOWN',
        message: 'this host runs Xen 4.99; the versions known here are 4.17, 4.20',
      }),
    );
  });
});

describe.each(Object.entries({ ...SUPPORTED_VERSIONS, ...UNPROVEN_VERSIONS }))(
  'the tables of %s',
  (version, { libraries, prototypes }) => {
    test('name its own libraries', () => {
      expect(libraries.xenctrl).toBe(`libxenctrl.so.${version}`);
      expect(libraries.xenguest).toBe(`libxenguest.so.${version}`);
    });

    test('fill each argument that callers do not give', () => {
      for (const [library, table] of Object.entries(PROTOTYPES)) {
        for (const [name, { args }] of Object.entries<Prototype>(table)) {
          const own = (prototypes as Readonly<Record<string, Readonly<Record<string, Prototype>>>>)[library]![
            name
          ]!;
          expect([name, own.args.length - (own.appended?.length ?? 0)]).toEqual([name, args.length]);
        }
      }
    });
  },
);

test.each(Object.keys(SUPPORTED_VERSIONS))('Xen %s is driven', (version) => {
  expect(supportFor(version).libraries.xenctrl).toBe(`libxenctrl.so.${version}`);
});

test.each(Object.keys(UNPROVEN_VERSIONS))(
  'Xen %s is refused, with what can be done on the host',
  (version) => {
    expect(() => supportFor(version)).toThrow(
      expect.objectContaining({
        code: 'XEN_VERSION_UNKNOWN',
        hint: `boot the host with Xen 4.17 or 4.20, or install vm-tools that drive Xen ${version}`,
      }),
    );
  },
);

test('a name of every object is no version', () => {
  expect(() => supportFor('constructor')).toThrow('the versions known here are 4.17, 4.20');
});

describe('what does not compile', () => {
  test('a version that lacks a struct, a field, a function or a quirk, or has another field or argument', () => {
    const { precopy_stats: _struct, ...withoutStruct } = NUMBERS_4_17;
    // @ts-expect-error: precopy_stats is missing
    const _1: LayoutNumbers = withoutStruct;
    const { emulation_flags: _field, ...withoutField } = createdomain.at;
    // @ts-expect-error: emulation_flags is missing
    const _2: LayoutNumbers['xen_domctl_createdomain'] = { size: 64, at: withoutField };
    // @ts-expect-error: no code asks for this field
    const _3: LayoutNumbers['xc_error'] = { size: 1028, at: { code: 0, message: 4 } };
    const { xc_domain_pause: _function, ...withoutFunction } = PROTOTYPES.xenctrl;
    // @ts-expect-error: xc_domain_pause is missing
    const _4: VersionSupport['prototypes'] = { ...PROTOTYPES, xenctrl: withoutFunction };
    const reversed = { ...xc_domain_pause, args: [uint, uint] } as const;
    // @ts-expect-error: callers give an address first
    const _5: VersionSupport['prototypes']['xenctrl']['xc_domain_pause'] = reversed;
    // @ts-expect-error: altp2m is missing
    const _6: VersionSupport['quirks'] = {};
    expect(MADE_UP.layouts.xc_error).toEqual(XEN_4_17.layouts.xc_error);
  });
});
