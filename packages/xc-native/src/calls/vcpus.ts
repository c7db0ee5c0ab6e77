import { StructView } from '../abi/struct-view.ts';
import type { Libxc } from '../libxc.ts';
import type { VcpuAffinity, VcpuInfo } from '../xen.ts';
import { cpusOf, emptyMap, mapOf } from './cpu-map.ts';

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
