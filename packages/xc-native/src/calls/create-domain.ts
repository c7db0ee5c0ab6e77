import { StructView } from '../abi/struct-view.ts';
import type { Libxc } from '../libxc.ts';
import type { CreateDomainSpec, HostInfo } from '../xen.ts';

/** XEN_DOMCTL_CDF_* (xen/include/public/domctl.h) */
const CDF = { hvm: 1 << 0, hap: 1 << 1, oosOff: 1 << 3, nestedVirt: 1 << 6, vpmu: 1 << 7 };
/** XEN_X86_EMU_LAPIC: the only device that Xen emulates for a PVH guest, and refuses to create one without. */
const EMU_LAPIC = 1 << 0;
/** XEN_X86_MSR_RELAXED (xen/include/public/arch-x86/xen.h) */
const MSR_RELAXED = 1 << 0;
/** For grant and maptrack frames: as many as the hypervisor's own default. */
const HOST_DEFAULT = -1;
/** In: choose one. */
const ANY_DOMID = 0;
const DEFAULT_MAX_EVTCHN_PORT = 1023;

/** @returns the domid that Xen chose */
export function createDomain(libxc: Libxc, spec: CreateDomainSpec, { capabilities }: HostInfo): number {
  const isPvh = spec.type === 'pvh';
  const hap = spec.hap ?? capabilities.hap;
  const config = new StructView(libxc.layouts.xen_domctl_createdomain)
    .set('handle', spec.uuid)
    .set('flags', (isPvh ? flagsOfPvh(hap, spec) : 0) | (spec.vpmu === true ? CDF.vpmu : 0))
    .set('max_vcpus', spec.maxVcpus)
    .set('max_evtchn_port', spec.maxEvtchnPort ?? DEFAULT_MAX_EVTCHN_PORT)
    .set('max_grant_frames', spec.maxGrantFrames ?? HOST_DEFAULT)
    .set('max_maptrack_frames', spec.maxMaptrackFrames ?? HOST_DEFAULT)
    .set('grant_opts', spec.grantVersion ?? (capabilities.gnttabV2 ? 2 : 1))
    .set('emulation_flags', isPvh ? EMU_LAPIC : 0)
    .set('misc_flags', spec.msrRelaxed === true ? MSR_RELAXED : 0);
  const domid = Buffer.alloc(4);
  domid.writeUInt32LE(ANY_DOMID);
  libxc.call('xc_domain_create', [libxc.xch, domid, config.bytes]);
  return domid.readUInt32LE();
}

function flagsOfPvh(hap: boolean, { nestedVirt = false }: CreateDomainSpec): number {
  return CDF.hvm | CDF.oosOff | (hap ? CDF.hap : 0) | (nestedVirt ? CDF.nestedVirt : 0);
}
