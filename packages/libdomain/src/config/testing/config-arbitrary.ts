import { CPU_FEATURE_NAMES } from '@vm-tools/xc-native';
import fc from 'fast-check';
import { formatCpuid } from '../../cpu/cpuid-text.ts';
import { SHUTDOWN_ACTIONS, TIMER_MODES, TSC_MODES } from '../keys/values.ts';
import { checkConfig } from '../parse-config.ts';
import type { NewDomainConfig } from '../schema.ts';
import { devicesArbitrary } from './device-arbitraries.ts';

/** What can be seen, of any script; with quotes and backslashes. */
const printable = fc.oneof(
  fc.string({ unit: 'grapheme-ascii', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 10 }),
  fc.string({
    unit: fc.constantFrom('"', "'", '\\', 'n', ' ', '#', ',', '=', 'é', '界', '😀', '\u202e'),
    maxLength: 20,
  }),
);
const memoryKib = fc.integer({ min: 1024, max: 2 ** 34 });
const action = fc.constantFrom(...SHUTDOWN_ACTIONS);

/** Of several vCPUs; no processor is all of them. */
const processors = fc.array(
  fc.oneof(
    fc.array(fc.nat(40), { maxLength: 4 }),
    fc.record({ allBut: fc.array(fc.nat(40), { minLength: 1, maxLength: 4 }) }),
    fc.record({ spec: fc.constantFrom('node:0', 'node:0-1,^3', 'all,^node:1', '0-3,node:2,^1-2') }),
  ),
  { maxLength: 4 },
);

/** Any valid configuration. */
export const configArbitrary: fc.Arbitrary<NewDomainConfig> = fc
  .record(
    {
      name: fc.oneof(
        fc.stringMatching(/^[A-Za-z][\w .+-]{0,30}\w$/),
        fc.constantFrom('café', 'сервер', '界 2'),
      ),
      uuid: fc.uuid(),
      type: fc.constantFrom('pv' as const, 'pvh' as const),
      kernel: printable.map((text) => `/boot/${text}`),
      ramdisk: printable.map((text) => `/boot/${text}`),
      bootloader: fc.constantFrom('pygrub', '/usr/lib/xen/bin/pygrub'),
      bootloaderArgs: fc.array(printable, { maxLength: 3 }),
      cmdline: printable,
      memoryKib,
      more: fc.integer({ min: 0, max: 2 ** 20 }),
      vcpus: fc.integer({ min: 1, max: 128 }),
      moreVcpus: fc.nat(3),
      cpus: processors,
      cpusSoft: processors,
      cpuWeight: fc.integer({ min: 1, max: 65535 }),
      cap: fc.nat(100),
      onPoweroff: action,
      onReboot: action,
      onCrash: action,
      onWatchdog: action,
      onSoftReset: fc.oneof(action, fc.constant('soft-reset' as const)),
      maxGrantFrames: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
      maxMaptrackFrames: fc.nat(2 ** 31 - 1),
      maxGrantVersion: fc.constantFrom(1 as const, 2 as const),
      maxEventChannels: fc.integer({ min: 1, max: 131_071 }),
      tscMode: fc.constantFrom(...TSC_MODES),
      timerMode: fc.constantFrom(...TIMER_MODES),
      noMigrate: fc.boolean(),
      hap: fc.boolean(),
      nestedHvm: fc.boolean(),
      vpmu: fc.boolean(),
      msrRelaxed: fc.boolean(),
      driverDomain: fc.boolean(),
      shadowMemoryKib: fc.integer({ min: 1, max: 2 ** 20 }).map((mib) => mib * 1024),
      cpuPolicy: fc.oneof(
        printable.map((text) => `/etc/${text}`),
        fc.record(
          {
            features: fc.subarray([...CPU_FEATURE_NAMES], { minLength: 1 }),
            leaves: fc.record({ basic: fc.nat(31), features: fc.nat(2), extended: fc.nat(33) }),
          },
          { requiredKeys: ['features'] },
        ),
      ),
      cpuid: fc
        .array(fc.tuple(fc.constantFrom(...CPU_FEATURE_NAMES), fc.boolean()), { maxLength: 4 })
        .map((changes) => formatCpuid(new Map(changes))),
      devices: devicesArbitrary,
    },
    { requiredKeys: ['name', 'memoryKib'] },
  )
  .map(({ more = 0, moreVcpus = 0, cpus, cpusSoft, timerMode, devices = {}, ...config }) => {
    const { vcpus = 1 } = config;
    const maxVcpus = Math.min(vcpus + moreVcpus, 128);
    return checkConfig({
      ...(config.bootloader === undefined && { kernel: '/boot/vmlinuz' }),
      ...config,
      ...devices,
      ...(config.type === 'pvh' && timerMode !== undefined && { timerMode }),
      maxVcpus,
      ...(cpus !== undefined && { cpus: cpus.slice(0, maxVcpus) }),
      ...(cpusSoft !== undefined && { cpusSoft: cpusSoft.slice(0, maxVcpus) }),
      maxMemoryKib: Math.min(config.memoryKib + more, 2 ** 34),
    });
  });
