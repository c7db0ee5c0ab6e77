import { StructView } from '../abi/struct-view.ts';
import type { Libxc } from '../libxc.ts';
import type { VcpuAffinity, VcpuInfo } from '../xen.ts';

/** XEN_VCPUAFFINITY_* (xen/include/public/domctl.h) */
const AFFINITY = { hard: 1, soft: 2 };

export function readVcpuInfo(libxc: Libxc, domid: number, vcpu: number): VcpuInfo {
  const info = new StructView(libxc.layouts.xc_vcpuinfo_t);
  libxc.callOn('xc_vcpu_getinfo', domid, vcpu, info.bytes);
  return {
    isOnline: info.get('online') !== 0,
    isBlocked: info.get('blocked') !== 0,
    isRunning: info.get('running') !== 0,
    cpuTimeNs: info.get('cpu_time'),
    cpu: info.get('cpu'),
  };
}

export function getAffinity(libxc: Libxc, domid: number, vcpu: number): VcpuAffinity {
  const [hard, soft] = [emptyMap(libxc), emptyMap(libxc)];
  libxc.callOn('xc_vcpu_getaffinity', domid, vcpu, hard, soft, AFFINITY.hard | AFFINITY.soft);
  return { hard: cpusOf(hard), soft: cpusOf(soft) };
}

/** Xen writes back into a map what comes of it, so each is one of its own. */
export function setAffinity(
  libxc: Libxc,
  domid: number,
  vcpu: number,
  { hard, soft }: Partial<VcpuAffinity>,
): void {
  const flags = (hard === undefined ? 0 : AFFINITY.hard) | (soft === undefined ? 0 : AFFINITY.soft);
  libxc.callOn('xc_vcpu_setaffinity', domid, vcpu, mapOf(libxc, hard), mapOf(libxc, soft), flags);
}

function emptyMap(libxc: Libxc): Buffer {
  return Buffer.alloc(libxc.call('xc_get_cpumap_size', [libxc.xch]));
}

/** The numbers of the bits that are set, the lowest bit of the first byte being 0. */
function cpusOf(map: Uint8Array): number[] {
  return Array.from({ length: map.length * 8 }, (_, cpu) => cpu).filter(
    (cpu) => ((map[cpu >> 3] ?? 0) & (1 << (cpu & 7))) !== 0,
  );
}

/** A number behind the last processor has no bit: without any other, Xen refuses the map. */
function mapOf(libxc: Libxc, cpus: readonly number[] | undefined): Buffer | null {
  if (cpus === undefined) return null;
  const map = emptyMap(libxc);
  for (const cpu of cpus) {
    const byte = map[cpu >> 3];
    if (byte !== undefined) map[cpu >> 3] = byte | (1 << (cpu & 7));
  }
  return map;
}
