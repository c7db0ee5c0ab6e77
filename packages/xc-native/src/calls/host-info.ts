import { StructView } from '../abi/struct-view.ts';
import type { Libxc } from '../libxc.ts';
import type { HostInfo } from '../xen.ts';

/** XEN_SYSCTL_PHYSCAP_* (xen/include/public/sysctl.h) */
const PHYSCAP = { hvm: 1 << 0, pv: 1 << 1, hap: 1 << 3, shadow: 1 << 4, gnttabV1: 1 << 8, gnttabV2: 1 << 9 };

export function readHostInfo(libxc: Libxc): HostInfo {
  const info = new StructView(libxc.layouts.xc_physinfo_t);
  libxc.call('xc_physinfo', [libxc.xch, info.bytes]);
  const capabilities = info.get('capabilities');
  const has = (bit: number): boolean => (capabilities & bit) !== 0;
  return {
    totalPages: Number(info.get('total_pages')),
    freePages: Number(info.get('free_pages')),
    scrubPages: Number(info.get('scrub_pages')),
    outstandingPages: Number(info.get('outstanding_pages')),
    onlineCpus: info.get('nr_cpus'),
    cpuKhz: info.get('cpu_khz'),
    capabilities: {
      hvm: has(PHYSCAP.hvm),
      pv: has(PHYSCAP.pv),
      hap: has(PHYSCAP.hap),
      shadow: has(PHYSCAP.shadow),
      gnttabV1: has(PHYSCAP.gnttabV1),
      gnttabV2: has(PHYSCAP.gnttabV2),
    },
  };
}
