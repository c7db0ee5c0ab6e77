import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Accelerator } from './accelerator.ts';
import { addressOf, otherHost } from './host-name.ts';
import type { Release } from '../images/releases.ts';
import type { HostName } from './host-name.ts';

/** The parts of one machine. */
export interface HostSpec {
  readonly lab: string;
  readonly name: HostName;
  readonly release: Release;
  /** Folder of the base image. */
  readonly image: string;
  readonly initramfs: string;
  /** Folder that becomes /var/log/xen. */
  readonly logs: string;
  /** Folder through which files come and go. */
  readonly exchange: string;
  /** Folder that both hosts have as /shared. */
  readonly shared: string;
  /** Port of 127.0.0.1 that leads to its sshd. */
  readonly sshPort: number;
  readonly memoryMiB: number;
  readonly accelerator: Accelerator;
  /** Flags for -cpu, behind those of the accelerator. */
  readonly cpu?: string | undefined;
}

/**
 * Two hosts share this machine. An emulated processor that waits for another one which has no time here only burns
 * what the other needs: on two processors, two hosts of two at work took three times as long as two of one.
 */
const processors = String(Math.min(2, Math.max(1, Math.floor(availableParallelism() / 2))));

const xenOptions = [
  'dom0_mem=2048M,max:2048M',
  `dom0_max_vcpus=${processors}`,
  'noreboot',
  'console=com1',
  'com1=115200,8n1',
  'loglvl=all',
  'guest_loglvl=all',
  // Nothing secret lives in a lab, and mitigations cost an emulated processor much. But without eager-fpu, Xen
  // switches the SIMD registers of a PVH guest and dom0 lazily, which goes wrong in QEMU 7.2: one in 300 hashes
  // in dom0 was wrong while a guest ran, and sshd refused good keys. copies.lab.test.ts sees to it.
  'bootscrub=0',
  'spec-ctrl=no,eager-fpu=yes',
  'xpti=no',
];

const kernelOptions = [
  'console=hvc0',
  'quiet',
  'mitigations=off',
  'nokaslr',
  'net.ifnames=0',
  'random.trust_cpu=on',
  'panic=1',
];

/** The name by which the process of a host can be told from any other. */
export function machineName(lab: string, host: HostName): string {
  return `vm-tools-lab-${lab}-${host}`;
}

/** QEMU's arguments; paths without a folder are in the lab's own, where QEMU must be started. */
export function qemuArguments(spec: HostSpec): string[] {
  const { name, image } = spec;
  const cpu = [spec.accelerator.cpu, ...(spec.cpu === undefined ? [] : [spec.cpu])].join();
  const lab = [`lab.host=${name}`, `lab.address=${addressOf(name)}`];
  const share = (tag: string, path: string): string[] => [
    '-virtfs',
    `local,path=${path},security_model=none,mount_tag=${tag}`,
  ];
  return [
    ...['-name', machineName(spec.lab, name), '-nodefaults', '-display', 'none', '-no-reboot'],
    ...['-machine', 'q35', '-accel', spec.accelerator.accel, '-cpu', cpu],
    ...['-smp', processors, '-m', String(spec.memoryMiB), '-device', 'virtio-rng-pci'],
    ...[
      '-chardev',
      `socket,id=serial,path=${name}.serial,server=on,wait=off,logfile=${join(spec.logs, 'serial.log')}`,
    ],
    ...['-serial', 'chardev:serial'],
    // No boot loader: QEMU loads Xen as a multiboot kernel with dom0 as its modules.
    ...['-kernel', join(image, 'xen'), '-append', xenOptions.join(' ')],
    ...['-initrd', `${join(image, 'vmlinux')} ${[...kernelOptions, ...lab].join(' ')},${spec.initramfs}`],
    ...['-drive', `if=none,id=disk,file=${name}.qcow2,cache=unsafe`, '-device', 'virtio-blk-pci,drive=disk'],
    ...['-netdev', `user,id=way-in,restrict=on,hostfwd=tcp:127.0.0.1:${spec.sshPort}-:22`],
    ...['-device', `virtio-net-pci,netdev=way-in,mac=52:54:00:00:00:0${name}`],
    // Datagrams, because then neither host has to be there first.
    ...['-netdev', `dgram,id=cable,${end('local', name)},${end('remote', otherHost(name))}`],
    ...['-device', `virtio-net-pci,netdev=cable,mac=52:54:00:00:01:0${name}`],
    ...share('logs', spec.logs),
    ...share('exchange', spec.exchange),
    ...share('shared', spec.shared),
  ];
}

function end(which: 'local' | 'remote', host: HostName): string {
  return `${which}.type=unix,${which}.path=${host}.cable`;
}
