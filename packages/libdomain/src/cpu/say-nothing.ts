/** Xen gathers these over a pool: a guest is told of them where only some of its hosts need it (`|` in Xen's header). */
export const GATHERED: ReadonlySet<string> = new Set(['no_lmsl', 'md_clear', 'verw_clear', 'fs_gs_ns']);

/**
 * Features that say nothing about what the processor can: the operating system sets them, Xen sets them for every
 * guest or for none whatever the policy says (recalculate_cpuid_policy), or they make something worse.
 */
export const SAY_NOTHING: ReadonlySet<string> = new Set([
  'apic',
  'htt',
  'x2apic',
  'osxsave',
  'hypervisor',
  'cmp_legacy',
  'fdp_excp_only',
  'no_fpu_sel',
  'ospke',
  ...GATHERED,
]);
