import { describe, expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import fc from 'fast-check';
import { SHUTDOWN_ACTIONS, checkConfig, parseConfig } from '../config/index.ts';
import { fromLibxlJson, toLibxlJson } from './index.ts';

/** As Debian's xl 4.17 keeps it with a running domain, after `xl create` of CFG. */
const USERDATA = `{
    "c_info": {
        "type": "pvh",
        "name": "web",
        "domid": 4294967295,
        "uuid": "1aebc0f8-cdbc-4a11-8b92-02a0f33b0682",
        "run_hotplug_scripts": "True"
    },
    "b_info": {
        "max_vcpus": 2,
        "avail_vcpus": [
            0,
            1
        ],
        "max_memkb": 98304,
        "target_memkb": 65536,
        "video_memkb": 0,
        "sched_params": {

        },
        "claim_mode": "True",
        "kernel": "/guests/vmlinuz",
        "cmdline": "console=hvc0 a=b",
        "type.pvh": {

        },
        "arch_arm": {

        },
        "arch_x86": {
            "msr_relaxed": "False"
        }
    },
    "on_reboot": "restart",
    "on_crash": "restart_rename",
    "on_soft_reset": "soft_reset"
}
\0`;

const CFG = `
name = "web"
type = "pvh"
uuid = "1aebc0f8-cdbc-4a11-8b92-02a0f33b0682"
kernel = "/guests/vmlinuz"
cmdline = "console=hvc0 a=b"
memory = 64
maxmem = 96
vcpus = 2
on_crash = "rename-restart"
`;

type Json = Record<string, Record<string, unknown> | undefined>;

const known = (): Json => JSON.parse(USERDATA.slice(0, -1)) as Json;

function errorOf(json: unknown): VmToolsError {
  try {
    fromLibxlJson(typeof json === 'string' ? json : JSON.stringify(json));
  } catch (error) {
    if (error instanceof VmToolsError) return error;
    throw error;
  }
  throw new Error('expected an error');
}

test('reads what xl writes', () => {
  expect(fromLibxlJson(USERDATA)).toEqual(parseConfig(CFG, 'web.cfg'));
});

test('writes what xl writes, but for what libxl finds out by itself', () => {
  const ours = JSON.parse(toLibxlJson(parseConfig(CFG, 'web.cfg'))) as Json;
  const xl = known();
  expect(ours).toEqual({
    ...xl,
    c_info: { ...xl['c_info'], domid: undefined },
    b_info: { ...xl['b_info'], arch_x86: {} },
    on_poweroff: 'destroy',
  });
});

test('libxl leaves out what has its default', () => {
  const json = {
    c_info: { type: 'pv', name: 'a' },
    b_info: { max_memkb: 65536, target_memkb: 65535, kernel: '/k', 'type.pv': {} },
  };
  expect(fromLibxlJson(JSON.stringify(json))).toEqual(
    checkConfig({ name: 'a', kernel: '/k', memoryKib: 65535, maxMemoryKib: 65536, onReboot: 'destroy' }),
  );
});

describe('refuses what it would not do justice to', () => {
  test.each([
    ['HVM', { c_info: { type: 'hvm', name: 'a' } }, 'its type is "hvm"'],
    ['disks', { disks: [{ vdev: 'xvda' }] }, 'it has disks'],
    ['nics', { nics: [{}] }, 'it has network interfaces'],
    ['an action', { on_crash: 'coredump_destroy' }, 'its on_crash is "coredump_destroy"'],
    ['the PV shim', { b_info: { 'type.pvh': { pvshim: 'True' } } }, 'it runs in the PV shim'],
    ['a bootloader', { b_info: { bootloader: 'pygrub' } }, 'a bootloader fetches its kernel'],
    ['no kernel', { b_info: { kernel: undefined } }, 'it has no kernel of its own'],
    ['vNUMA', { b_info: { vnuma_nodes: [{}] } }, 'it has virtual NUMA nodes'],
    ['offline vCPUs', { b_info: { avail_vcpus: [0] } }, 'only some of its vCPUs are online'],
  ])('%s', (_, change: Record<string, unknown>, message) => {
    const json = known();
    const b_info = { ...json['b_info'], ...(change['b_info'] as object | undefined) };
    const error = errorOf({ ...json, ...change, b_info });
    expect(error).toMatchObject({ code: 'IMAGE_UNSUPPORTED', kind: 'usage' });
    expect(error.message).toBe(`this domain is not supported yet: ${message}`);
  });
});

describe('damage is a typed error', () => {
  test.each([
    ['', 'it is not JSON'],
    ['{"c_info": ', 'it is not JSON'],
    [' '.repeat(2 ** 20 + 1), 'it is too long'],
    ['[]', 'expected object, received array'],
    ['{"c_info": 1}', 'c_info Invalid input: expected object'],
    [{ ...known(), c_info: { type: 'pvh', name: '../../etc' } }, 'name must not contain "/"'],
    [{ ...known(), b_info: { ...known()['b_info'], target_memkb: -1 } }, 'b_info.target_memkb'],
    [{ ...known(), b_info: { ...known()['b_info'], target_memkb: 1e9 } }, 'maxMemoryKib must not be less'],
    [{ ...known(), b_info: { ...known()['b_info'], kernel: 'k' } }, 'kernel must be an absolute path'],
  ])('%#', (json, message) => {
    const error = errorOf(json);
    expect(error).toMatchObject({ code: 'IMAGE_CONFIG_CORRUPT', kind: 'corrupt' });
    expect(error.message).toContain(message);
  });

  test('whatever the text', () => {
    const texts = fc.oneof(
      fc.string(),
      fc.json(),
      fc.constantFrom('['.repeat(500_000), '{"c_info":'.repeat(50_000)),
      // Any value in the place of any of xl's.
      fc
        .tuple(fc.constantFrom('c_info', 'b_info', 'disks', 'on_crash'), fc.string(), fc.jsonValue())
        .map(([key, inner, value]) => JSON.stringify({ ...known(), [key]: value, [inner]: value })),
      fc
        .tuple(fc.constantFrom(...Object.keys(known()['b_info'] ?? {})), fc.jsonValue())
        .map(([key, value]) =>
          JSON.stringify({ ...known(), b_info: { ...known()['b_info'], [key]: value } }),
        ),
    );
    fc.assert(
      fc.property(texts, (text) => {
        try {
          fromLibxlJson(text);
        } catch (error) {
          expect(error).toBeInstanceOf(VmToolsError);
          expect((error as VmToolsError).code).toMatch(/^IMAGE_/);
        }
      }),
      { numRuns: 500 },
    );
  });
});

test('what is written is read back the same', () => {
  const action = fc.constantFrom(...SHUTDOWN_ACTIONS);
  const configs = fc
    .record(
      {
        name: fc.stringMatching(/^[A-Za-z]\w{0,20}$/),
        uuid: fc.uuid(),
        type: fc.constantFrom('pv', 'pvh'),
        kernel: fc.string({ unit: 'grapheme-ascii' }).map((text) => `/${text}`),
        ramdisk: fc.string({ unit: 'grapheme-ascii' }).map((text) => `/${text}`),
        cmdline: fc.string({ unit: 'grapheme-ascii' }),
        memoryKib: fc.integer({ min: 1024, max: 2 ** 34 }),
        vcpus: fc.integer({ min: 1, max: 128 }),
        onPoweroff: action,
        onReboot: action,
        onCrash: action,
      },
      { requiredKeys: ['name', 'kernel', 'memoryKib'] },
    )
    .map(checkConfig);
  fc.assert(fc.property(configs, (config) => expect(fromLibxlJson(toLibxlJson(config))).toEqual(config)));
});
