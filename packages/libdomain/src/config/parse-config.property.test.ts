import { expect, test } from '@jest/globals';
import { VmToolsError } from '@vm-tools/errors';
import { patient } from '@vm-tools/ratelimit/testing';
import fc from 'fast-check';
import type { Channel } from './devices/channel.ts';
import type { Framebuffer } from './devices/framebuffer.ts';
import type { Share } from './devices/share.ts';
import { KEYS } from './keys/keys.ts';
import { TIMER_MODES, TSC_MODES } from './keys/values.ts';
import type { WantedProcessors } from '../scheduling/scheduling.ts';
import { checkConfig, formatConfig, parseConfig } from './index.ts';
import type { Disk, Network } from './index.ts';
import { configArbitrary } from './testing/config-arbitrary.ts';
import { XL_KEYS } from './xl/judge-foreign-keys.ts';

/** Numbers and flags. */
const OPTIONS = [
  ...(['maxGrantFrames', 'maxMaptrackFrames', 'maxGrantVersion', 'maxEventChannels'] as const),
  ...(['noMigrate', 'hap', 'nestedHvm', 'vpmu', 'msrRelaxed', 'driverDomain'] as const),
];

function quote(text: string): string {
  return `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
}

/** A text of a list with commas between. */
const inSpec = (text: string): string => text.replaceAll(',', ';');

function processorsSpec(cpus: WantedProcessors[number]): string {
  if ('allBut' in cpus) return quote(`all,^${cpus.allBut.join(',^')}`);
  if ('spec' in cpus) return quote(cpus.spec.replace('node:', 'nodes:'));
  return quote(cpus.length === 0 ? 'all' : cpus.join(','));
}

function diskSpec(disk: Disk): string {
  const { target, vdev, format, access, type, backend, backendType, script, discard, directIoSafe, trusted } =
    disk;
  return [
    `vdev=${vdev}, format=${format}, access=${access}, devtype=${type}`,
    ...(backend === undefined ? [] : [`backend=${backend}`]),
    ...(backendType === undefined ? [] : [`backendtype=${backendType}`]),
    ...(script === undefined ? [] : [`script=${script}`]),
    ...(discard === undefined ? [] : [discard ? 'discard' : 'no-discard']),
    ...(directIoSafe === true ? ['direct-io-safe'] : []),
    ...(trusted === undefined ? [] : [trusted ? 'trusted' : 'untrusted']),
    `target=${target}${target.endsWith(',') ? ',' : ''}`,
  ].join(',');
}

/** The words of xl.cfg for what is called otherwise here. */
const SPEC_KEYS: Readonly<Record<string, string>> = {
  id: 'devid',
  gatewayDevice: 'gatewaydev',
  vncListen: 'vnclisten',
  vncDisplay: 'vncdisplay',
  vncUnused: 'vncunused',
  vncPassword: 'vncpasswd',
  securityModel: 'security_model',
};

function specOf(device: Network | Framebuffer | Channel | Share): string {
  return Object.entries(device)
    .map(([key, value]) => `${SPEC_KEYS[key] ?? key}=${typeof value === 'boolean' ? Number(value) : value}`)
    .join(', ');
}

test('what formatConfig prints is read back the same', () => {
  fc.assert(
    fc.property(configArbitrary, (config) => expect(parseConfig(formatConfig(config), 'f')).toEqual(config)),
  );
});

test('what is said in xl.cfg is read as the same', () => {
  fc.assert(
    fc.property(configArbitrary, (config) => {
      const networks = config.networks.map(({ ip, model, ...network }) => ({
        ...network,
        ...(ip !== undefined && { ip: inSpec(ip) }),
        ...(model !== undefined && { model: inSpec(model) }),
      }));
      // xl.cfg has no word for it.
      const disks = config.disks.map(({ directIoSafe, ...disk }) => ({
        ...disk,
        ...(directIoSafe === true && { directIoSafe }),
      }));
      const { cpuPolicy, ...others } = config; // one that is no path has no words in xl.cfg
      const inMib = checkConfig({
        ...others,
        ...(typeof cpuPolicy === 'string' && { cpuPolicy }),
        disks,
        networks,
        memoryKib: 2048,
        maxMemoryKib: 4096,
      });
      const text = `
        name=${quote(inMib.name)}; type=${quote(inMib.type)} # type
        ${inMib.kernel === undefined ? '' : `kernel=${quote(inMib.kernel)}`}
        ${inMib.bootloader === undefined ? '' : `bootloader=${quote(inMib.bootloader)}`}
        ${inMib.bootloaderArgs === undefined ? '' : `bootloader_args=[${inMib.bootloaderArgs.map(quote).join(', ')}]`}
        ${inMib.ramdisk === undefined ? '' : `ramdisk=${quote(inMib.ramdisk)}`}
        ${inMib.uuid === undefined ? '' : `uuid=${quote(inMib.uuid.toUpperCase())}`}
        ${typeof inMib.cpuPolicy === 'string' ? `cpu_policy=${quote(inMib.cpuPolicy)}` : ''}
        ${inMib.cpuid === undefined ? '' : `cpuid=${quote(inMib.cpuid)}`}
        cmdline=${quote(inMib.cmdline)}
        memory=2
        maxmem=0x4
        vcpus=${inMib.vcpus}
        maxvcpus=${inMib.maxVcpus}
        cpus=[${(inMib.cpus ?? []).map(processorsSpec).join(', ')}]
        cpus_soft=[${(inMib.cpusSoft ?? []).map(processorsSpec).join(', ')}]
        ${inMib.cpuWeight === undefined ? '' : `cpu_weight=${inMib.cpuWeight}`}
        ${inMib.cap === undefined ? '' : `cap=${inMib.cap}`}
        disk=[${inMib.disks.map((disk) => quote(diskSpec(disk))).join(', ')}]
        vif=[${inMib.networks.map((network) => quote(specOf(network))).join(', ')}]
        vfb=[${inMib.framebuffers.map((screen) => quote(specOf(screen))).join(', ')}]
        channel=[${inMib.channels.map((channel) => quote(specOf(channel))).join(', ')}]
        p9=[${inMib.shares.map((share) => quote(specOf(share))).join(', ')}]
        on_poweroff='${inMib.onPoweroff}'
        on_reboot='${inMib.onReboot}'
        on_crash='${inMib.onCrash}'
        on_watchdog='${inMib.onWatchdog}'
        on_soft_reset='${inMib.onSoftReset}'
        ${inMib.shadowMemoryKib === undefined ? '' : `shadow_memory=${inMib.shadowMemoryKib / 1024}`}
        tsc_mode=${TSC_MODES.indexOf(inMib.tscMode)}
        ${inMib.timerMode === undefined ? '' : `timer_mode=${TIMER_MODES.indexOf(inMib.timerMode)}`}
        ${OPTIONS.flatMap((field) => (inMib[field] === undefined ? [] : [`${KEYS[field].xl}=${Number(inMib[field])}`])).join('; ')}`;
      expect(parseConfig(text, 'f')).toEqual(inMib);
    }),
  );
});

/** Shreds of both formats, more likely to get deep into the parsers than noise is. */
const shreds = fc
  .array(
    fc.oneof(
      fc.constantFrom(...XL_KEYS, 'disk', 'onCrash', 'memory', '__proto__', 'constructor'),
      fc.constantFrom(
        '=',
        '+=',
        '[',
        ']',
        ',',
        ';',
        '\n',
        '#',
        '{',
        '}',
        ':',
        '"',
        "'",
        '\\',
        ' ',
        '\0',
        '\u2028',
      ),
      fc.constantFrom('"disks"', '"networks"', '"xvda"', '"/a,,xvda"', '"mac"', 'vif', '"target":'),
      fc.constantFrom('"a"', "'b'", '1', '0x10', '09', '1e999', 'null', '"memory"', '"1GiB"', '""'),
      fc.string(),
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(''));

test('nothing but a VmToolsError of kind usage comes out of any text', () => {
  const total = (text: string, overrides: string[]): void => {
    try {
      parseConfig(text, 'f', { overrides });
    } catch (error) {
      expect(error).toBeInstanceOf(VmToolsError);
      const { code, kind, message, details } = error as VmToolsError;
      expect(code).toMatch(/^CONFIG_/);
      expect(kind).toBe('usage');
      expect(message).toMatch(/^(f|command line):[1-9]\d*:[1-9]\d*: /);
      expect([typeof details['line'], typeof details['column']]).toEqual(['number', 'number']);
    }
  };
  const overrides = fc.array(fc.oneof(shreds, fc.constantFrom('memory=1', 'name=["a"]')), { maxLength: 2 });
  fc.assert(
    fc.property(
      fc.oneof(
        shreds,
        shreds.map((text) => `{${text}`),
      ),
      overrides,
      total,
    ),
    { numRuns: 1000 },
  );
});

test('long hostile texts take no long time', () => {
  const started = process.cpuUsage();
  for (const shred of [
    '\n',
    'a="b"\n',
    'extra+="b"\n',
    'vif+=["b"]\n',
    '"',
    '\\"',
    '{"a":1,',
    '#',
    '0',
    '[',
    'a.',
  ]) {
    const text = shred.repeat(Math.floor(2 ** 19 / shred.length));
    for (const whole of [text, `x = "${text}`, `{"x": "${text}`, `{"x": ${text}`]) {
      expect(() => parseConfig(whole, 'f')).toThrow(VmToolsError);
    }
  }
  // Time of this process, which others that want the processor do not make longer.
  expect(process.cpuUsage(started).user / 1000).toBeLessThan(patient(20_000));
});
