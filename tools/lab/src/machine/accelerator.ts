import { readFile } from 'node:fs/promises';
import { runChild } from '../local/child.ts';

/** How QEMU runs the processors of a host. */
export interface Accelerator {
  readonly name: 'kvm' | 'tcg';
  readonly accel: string;
  readonly cpu: string;
}

/**
 * Emulation without the features that Xen 4.17 and QEMU 7.2 do not get right together: with smap, dom0 dies at
 * its first change of a page table; with rdtscp, PVH guests hang ("Insn mismatch: Expected opcode 0xf0031"). With
 * erms, Linux copies memory by `rep movsb`, which QEMU emulates byte by byte: a quarter of the speed.
 */
const emulation: Accelerator = {
  name: 'tcg',
  // The translation cache is bounded, MiB: by itself it grows to a gigabyte for each host.
  accel: 'tcg,thread=multi,tb-size=384',
  cpu: 'max,la57=off,smap=off,smep=off,pku=off,rdtscp=off,erms=off',
};

const hardware: Accelerator = { name: 'kvm', accel: 'kvm', cpu: 'host' };

/** KVM only where a host can have virtualisation of its own, which Xen needs for PVH guests. */
export async function chooseAccelerator(signal?: AbortSignal): Promise<Accelerator> {
  const flags = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  if (!/^flags\s*:.*\b(vmx|svm)\b/m.test(flags)) return emulation;
  const modules = ['kvm_intel', 'kvm_amd'].map((name) => `/sys/module/${name}/parameters/nested`);
  const nested = await Promise.all(modules.map((path) => readFile(path, 'utf8').catch(() => '')));
  if (!nested.some((value) => /^[Y1]/.test(value))) return emulation;
  const probe = [
    '-machine',
    'q35',
    '-accel',
    'kvm',
    '-nodefaults',
    '-display',
    'none',
    '-S',
    '-monitor',
    'stdio',
  ];
  const works = await runChild('qemu-system-x86_64', probe, {
    input: 'quit\n',
    timeoutMs: 10_000,
    signal,
  }).then(
    ({ code }) => code === 0,
    () => false,
  );
  return works ? hardware : emulation;
}
