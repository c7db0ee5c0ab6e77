import { expect, test } from '@jest/globals';
import { oursOf } from './testing/xl-difference.ts';
import { parseConfig } from './parse-config.ts';

const MINIMAL = 'name = "web"\nkernel = "/boot/vmlinuz"\nmemory = 256\n';

test.each([
  ['tsc_mode = "Native"', { tscMode: 'native' }],
  ['tsc_mode = 0x1', { tscMode: 'always_emulate' }],
  ['vnc = "-1"; vncdisplay = 0x2', { framebuffers: [{ vnc: true, vncDisplay: 2 }] }],
  ['vfb = ["vnc=-1", "vnc=yes"]', { framebuffers: [{ vnc: true }, { vnc: false }] }],
  ['vif = ["mac=00-16-3E-00-00-01 ,mtu=1400"]', { networks: [{ mac: '00:16:3e:00:00:01', mtu: 1400 }] }],
  ['vif = ["bridge=ovs0.10:20:30"]', { networks: [{ bridge: 'ovs0.10:20:30' }] }],
  ['type = "pvh"; timer_mode = 0x2', { timerMode: 'no_missed_ticks_pending' }],
  ['type = "pvh"; timer_mode = "One_Missed_Tick_Pending"', { timerMode: 'one_missed_tick_pending' }],
  ['vcpus = 2; cpus = ["nodes:0,^1"]', { cpus: [{ spec: 'node:0,^1' }] }],
  ['vcpus = 2; cpus = "all,^1-2"', { cpus: [{ allBut: [1, 2] }, { allBut: [1, 2] }] }],
  ['cpus_soft = ["", "1"]; vcpus = 2', { cpusSoft: [[], [1]] }],
])('%s is read as by xl', (line, expected) => {
  expect(parseConfig(`${MINIMAL}${line}`, 'f')).toMatchObject(expected);
});

test.each([
  [
    'timer_mode = 1',
    'timer_mode is not possible for a pv domain: "no_delay_for_missed_ticks"',
    'leave it out',
  ],
  [
    'type = "pvh"; timer_mode = "slow"',
    'timer_mode must be one of delay_for_missed_ticks, no_delay_for_missed_ticks, no_missed_ticks_pending, one_missed_tick_pending: "slow"',
    'correct the value at this place',
  ],
  ['gic_version = "v9"', 'gic_version must not be "v9"', 'leave it out, or write one of default, v2, v3'],
  ['device_model_args = "-a"', 'device_model_args must be a list', 'leave it out, or write it in brackets'],
  [
    'device_model_version = "qemu"',
    'device_model_version must not be "qemu"',
    'leave it out, or write one of qemu-xen, qemu-xen-traditional',
  ],
  [
    'type = "pvh"; altp2m = 9',
    'altp2m must not be "9"',
    'leave it out, or write one of disabled, mixed, external, limited',
  ],
  [
    'type = "hvm"; vga = "odd"',
    'vga must not be "odd"',
    'leave it out, or write one of stdvga, cirrus, none, qxl',
  ],
  ['vcpus = 1; cpus = ""', 'cpus: leaves no processor', 'write "all", or numbers and ranges: "0-3,^1"'],
  ['vnc = 1; vncdisplay = "a"', 'vncdisplay must be a number, not "a"', 'write vncdisplay = 1'],
  // Of xl 4.18, where it makes a device.
  [
    'virtio = ["type=virtio,device"]',
    'virtio is not supported yet',
    'leave it out, or try xl for this domain',
  ],
])('%s is refused', (line, sentence, hint) => {
  const { problems } = oursOf(`${MINIMAL}${line}\n`, 'f');
  const told = problems.map(({ message, hint: given }) => [message.replace(/^f:4:\d+: /, ''), given]);
  expect(told).toContainEqual([sentence, hint]);
});

test.each([
  ['features = "pae"', 'features is ignored, as by xl'],
  ['vif2 = ["bridge=b"]', 'vif2 is ignored'],
  [
    'device_model_args = ["-s"]',
    'device_model_args is ignored: the qemu of the domain, if it has one, is started as usual',
  ],
  ['sve = 512', 'sve is ignored'],
  ['altp2m = "external"', 'altp2m has no effect on a pv domain'],
  ['passthrough = "Disabled"', 'passthrough = Disabled changes nothing'],
])('%s: %s', (line, warning) => {
  const warnings: string[] = [];
  parseConfig(`${MINIMAL}${line}`, 'f', { onWarning: (message) => warnings.push(message) });
  expect(warnings.map((message) => message.replace(/^f:\d+:\d+: /, ''))).toEqual([warning]);
});
