import { bool, int, nothing, pointerTo, size, string, uint, uint32 } from './ctype.ts';
import type { CType, PrototypeTable } from './ctype.ts';

const xch = pointerTo('xc_interface');
const dom = pointerTo('struct xc_dom_image');
const domid = uint32;
const policy = pointerTo('xc_cpu_policy_t');
const streamType: CType<'uint32'> = { c: 'xc_stream_type_t', crossing: 'uint32' };

/** libxenguest: what takes many hypercalls at a stroke: build, save, restore, resume, CPU policy. */
export const XENGUEST = {
  xc_cpuid_apply_policy: {
    returns: int,
    args: [
      xch,
      domid,
      bool,
      pointerTo('const uint32_t'),
      uint,
      bool,
      bool,
      bool,
      pointerTo('const struct xc_xend_cpuid'),
      pointerTo('const struct xc_msr'),
    ],
    check: 'zero',
  },
  xc_cpu_policy_init: { returns: policy, args: [], check: 'non-null' },
  xc_cpu_policy_destroy: { returns: nothing, args: [policy], check: 'none' },
  xc_cpu_policy_get_size: {
    returns: int,
    args: [xch, pointerTo('uint32_t'), pointerTo('uint32_t')],
    check: 'zero',
  },
  xc_cpu_policy_get_domain: { returns: int, args: [xch, domid, policy], check: 'zero' },
  xc_cpu_policy_set_domain: { returns: int, args: [xch, domid, policy], check: 'zero' },
  xc_cpu_policy_get_system: { returns: int, args: [xch, uint, policy], check: 'zero' },
  xc_cpu_policy_serialise: {
    returns: int,
    args: [
      xch,
      pointerTo('const xc_cpu_policy_t'),
      pointerTo('xen_cpuid_leaf_t'),
      pointerTo('uint32_t'),
      pointerTo('xen_msr_entry_t'),
      pointerTo('uint32_t'),
    ],
    check: 'zero',
  },
  xc_cpu_policy_update_cpuid: {
    returns: int,
    args: [xch, policy, pointerTo('const xen_cpuid_leaf_t'), uint32],
    check: 'zero',
  },
  xc_cpu_policy_update_msrs: {
    returns: int,
    args: [xch, policy, pointerTo('const xen_msr_entry_t'), uint32],
    check: 'zero',
  },
  xc_cpu_policy_is_compatible: { returns: bool, args: [xch, policy, policy], check: 'none' },
  xc_domain_resume: { returns: int, args: [xch, domid, int], check: 'zero' },

  xc_dom_loginit: { returns: int, args: [xch], check: 'zero' },
  xc_dom_allocate: { returns: dom, args: [xch, string, string], check: 'non-null' },
  xc_dom_release: { returns: nothing, args: [dom], check: 'none' },
  xc_dom_malloc: { returns: pointerTo('void'), args: [dom, size], check: 'non-null' },
  xc_dom_kernel_file: { returns: int, args: [dom, string], check: 'zero' },
  xc_dom_module_file: { returns: int, args: [dom, string, string], check: 'zero' },
  xc_dom_boot_xen_init: { returns: int, args: [dom, xch, domid], check: 'zero' },
  xc_dom_parse_image: { returns: int, args: [dom], check: 'zero' },
  xc_dom_mem_init: { returns: int, args: [dom, uint], check: 'zero' },
  xc_dom_boot_mem_init: { returns: int, args: [dom], check: 'zero' },
  xc_dom_build_image: { returns: int, args: [dom], check: 'zero' },
  xc_dom_boot_image: { returns: int, args: [dom], check: 'zero' },
  xc_dom_gnttab_init: { returns: int, args: [dom], check: 'zero' },
  xc_dom_translated: { returns: bool, args: [pointerTo('const struct xc_dom_image')], check: 'none' },

  xc_domain_save: {
    returns: int,
    args: [xch, int, domid, uint32, pointerTo('struct save_callbacks'), streamType, int],
    check: 'zero',
  },
  xc_domain_dumpcore_via_callback: {
    returns: int,
    args: [xch, domid, pointerTo('void'), pointerTo('dumpcore_rtn_t')],
    check: 'zero',
  },
  xc_domain_restore: {
    returns: int,
    args: [
      xch,
      int,
      domid,
      uint,
      pointerTo('unsigned long'),
      uint32,
      uint,
      pointerTo('unsigned long'),
      uint32,
      streamType,
      pointerTo('struct restore_callbacks'),
      int,
    ],
    check: 'zero',
  },
} as const satisfies PrototypeTable;
