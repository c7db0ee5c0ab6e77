import { CALL_NAMES } from '@vm-tools/xen-wire';

/** The calls of `Xen` that rules may name. */
export const XEN_CALLS = CALL_NAMES;

/** The requests to xenstored that rules may name. */
export const XENSTORE_CALLS = [
  'xenstore.read',
  'xenstore.directory',
  'xenstore.write',
  'xenstore.mkdir',
  'xenstore.rm',
  'xenstore.getPermissions',
  'xenstore.setPermissions',
  'xenstore.watch',
  'xenstore.unwatch',
  'xenstore.transactionStart',
  'xenstore.transactionEnd',
  'xenstore.introduce',
  'xenstore.release',
  'xenstore.resume',
  'xenstore.isDomainIntroduced',
] as const;

/** The calls of `Dom0` that rules may name. */
export const DOM0_CALLS = [
  'dom0.lookAt',
  'dom0.lookAtProgram',
  'dom0.hasBridge',
  'dom0.deviceCounters',
  'dom0.runScript',
  'dom0.runBootloader',
  'dom0.flush',
  'dom0.lookAtLoop',
  'dom0.listLoops',
  'dom0.detachLoop',
  'dom0.startQemu',
  'dom0.isQemu',
  'dom0.listQemus',
  'dom0.endQemu',
  'dom0.qmp',
] as const;

/** The backends whose steps rules may name: of the kernel, of qemu, and qemu itself. */
export const BACKEND_CALLS = [
  'backend.vbd',
  'backend.vif',
  'backend.qdisk',
  'backend.9pfs',
  'backend.vfb',
  'backend.vkbd',
  'backend.console',
  'backend.qemu',
] as const;

/** All that rules may name. */
export const FAULT_CALLS: readonly string[] = [
  ...XEN_CALLS,
  ...XENSTORE_CALLS,
  ...DOM0_CALLS,
  ...BACKEND_CALLS,
];

/** Names of libxc that are not the method's in snake case, or that are the longest part of a sequence. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  domainGetinfo: 'xc_domain_getinfolist',
  domainLogDirtyOff: 'xc_shadow_control',
  domainGetCap: 'xc_sched_credit2_domain_get',
  domainSetCap: 'xc_sched_credit2_domain_set',
  domainGetWeight: 'xc_sched_credit2_domain_get',
  domainSetWeight: 'xc_sched_credit2_domain_set',
  cpupoolList: 'xc_cpupool_getinfo',
  domainBuild: 'xc_dom_boot_mem_init',
  domainDumpcore: 'xc_domain_dumpcore_via_callback',
};

/** Libxc's name for it, as in errors: "xc_domain_max_vcpus" for "domainMaxVcpus". What is not libxc's keeps its own. */
export function libxcName(call: string): string {
  if (/^(dom0|backend)\./.test(call)) return call;
  return OTHER_NAMES[call] ?? `xc_${call.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
}
