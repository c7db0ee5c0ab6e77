import { int, int32, nothing, pointerTo, string, uint, uint32, uint64, ulong } from './ctype.ts';
import type { PrototypeTable } from './ctype.ts';

const xch = pointerTo('xc_interface');
const logger = pointerTo('xentoollog_logger');
const domid = uint32;

/** libxenctrl: hypercalls one by one. The names are C's own, so that grep finds them in Xen's sources. */
export const XENCTRL = {
  xc_interface_open: { returns: xch, args: [logger, logger, uint], check: 'non-null' },
  xc_interface_close: { returns: int, args: [xch], check: 'zero' },
  xc_clear_last_error: { returns: nothing, args: [xch], check: 'none' },
  xc_get_last_error: { returns: pointerTo('const xc_error'), args: [xch], check: 'none' },
  xc_version: { returns: int, args: [xch, int, pointerTo('void')], check: 'non-negative' },
  xc_physinfo: { returns: int, args: [xch, pointerTo('xc_physinfo_t')], check: 'zero' },
  xc_domain_getinfolist: {
    returns: int,
    args: [xch, domid, uint, pointerTo('xc_domaininfo_t')],
    check: 'non-negative',
  },
  xc_domain_create: {
    returns: int,
    args: [xch, pointerTo('uint32_t'), pointerTo('struct xen_domctl_createdomain')],
    check: 'zero',
  },
  xc_domain_max_vcpus: { returns: int, args: [xch, domid, uint], check: 'zero' },
  xc_domain_setmaxmem: { returns: int, args: [xch, domid, uint64], check: 'zero' },
  xc_domain_set_memmap_limit: { returns: int, args: [xch, domid, ulong], check: 'zero' },
  xc_domain_set_memory_map: {
    returns: int,
    args: [xch, domid, pointerTo('struct e820entry'), uint32],
    check: 'zero',
  },
  xc_domain_set_tsc_info: { returns: int, args: [xch, domid, uint32, uint64, uint32, uint32], check: 'zero' },
  xc_domain_set_time_offset: { returns: int, args: [xch, domid, int32], check: 'zero' },
  xc_set_paging_mempool_size: { returns: int, args: [xch, domid, uint64], check: 'zero' },
  xc_domain_claim_pages: { returns: int, args: [xch, domid, ulong], check: 'zero' },
  xc_hvm_param_set: { returns: int, args: [xch, domid, uint32, uint64], check: 'zero' },
  xc_hvm_param_get: { returns: int, args: [xch, domid, uint32, pointerTo('uint64_t')], check: 'zero' },
  xc_evtchn_alloc_unbound: { returns: int, args: [xch, domid, domid], check: 'non-negative' },
  xc_domain_pause: { returns: int, args: [xch, domid], check: 'zero' },
  xc_domain_unpause: { returns: int, args: [xch, domid], check: 'zero' },
  xc_domain_shutdown: { returns: int, args: [xch, domid, int], check: 'zero' },
  xc_shadow_control: {
    returns: int,
    args: [xch, domid, uint, pointerTo('unsigned int'), uint],
    check: 'zero',
  },
  xc_sched_id: { returns: int, args: [xch, pointerTo('int')], check: 'zero' },
  xc_sched_credit_domain_get: {
    returns: int,
    args: [xch, domid, pointerTo('struct xen_domctl_sched_credit')],
    check: 'zero',
  },
  xc_sched_credit_domain_set: {
    returns: int,
    args: [xch, domid, pointerTo('struct xen_domctl_sched_credit')],
    check: 'zero',
  },
  xc_sched_credit2_domain_get: {
    returns: int,
    args: [xch, domid, pointerTo('struct xen_domctl_sched_credit2')],
    check: 'zero',
  },
  xc_sched_credit2_domain_set: {
    returns: int,
    args: [xch, domid, pointerTo('struct xen_domctl_sched_credit2')],
    check: 'zero',
  },
  xc_sched_credit_params_get: {
    returns: int,
    args: [xch, uint32, pointerTo('struct xen_sysctl_credit_schedule')],
    check: 'zero',
  },
  xc_sched_credit_params_set: {
    returns: int,
    args: [xch, uint32, pointerTo('struct xen_sysctl_credit_schedule')],
    check: 'zero',
  },
  xc_sched_credit2_params_get: {
    returns: int,
    args: [xch, uint32, pointerTo('struct xen_sysctl_credit2_schedule')],
    check: 'zero',
  },
  xc_sched_credit2_params_set: {
    returns: int,
    args: [xch, uint32, pointerTo('struct xen_sysctl_credit2_schedule')],
    check: 'zero',
  },
  xc_cputopoinfo: {
    returns: int,
    args: [xch, pointerTo('unsigned int'), pointerTo('xc_cputopo_t')],
    check: 'zero',
  },
  xc_get_cpumap_size: { returns: int, args: [xch], check: 'non-negative' },
  xc_vcpu_getinfo: {
    returns: int,
    args: [xch, domid, uint32, pointerTo('xc_vcpuinfo_t')],
    check: 'zero',
  },
  xc_vcpu_getaffinity: {
    returns: int,
    args: [xch, domid, int, pointerTo('uint8_t'), pointerTo('uint8_t'), uint32],
    check: 'zero',
  },
  xc_vcpu_setaffinity: {
    returns: int,
    args: [xch, domid, int, pointerTo('uint8_t'), pointerTo('uint8_t'), uint32],
    check: 'zero',
  },
  xc_domain_set_pod_target: {
    returns: int,
    args: [xch, domid, uint64, pointerTo('uint64_t'), pointerTo('uint64_t'), pointerTo('uint64_t')],
    check: 'zero',
  },
  xc_domain_send_trigger: { returns: int, args: [xch, domid, uint32, uint32], check: 'zero' },
  xc_cpupool_create: { returns: int, args: [xch, pointerTo('uint32_t'), uint32], check: 'zero' },
  xc_cpupool_destroy: { returns: int, args: [xch, uint32], check: 'zero' },
  xc_cpupool_getinfo: { returns: pointerTo('xc_cpupoolinfo_t'), args: [xch, uint32], check: 'non-null' },
  xc_cpupool_infofree: { returns: nothing, args: [xch, pointerTo('xc_cpupoolinfo_t')], check: 'none' },
  xc_cpupool_addcpu: { returns: int, args: [xch, uint32, int], check: 'zero' },
  xc_cpupool_removecpu: { returns: int, args: [xch, uint32, int], check: 'zero' },
  xc_cpupool_movedomain: { returns: int, args: [xch, uint32, domid], check: 'zero' },
  xc_cpupool_freeinfo: { returns: pointerTo('uint8_t'), args: [xch], check: 'non-null' },
  xc_send_debug_keys: { returns: int, args: [xch, string], check: 'zero' },
  xc_readconsolering: {
    returns: int,
    args: [xch, pointerTo('char'), pointerTo('unsigned int'), int, int, pointerTo('uint32_t')],
    check: 'zero',
  },
  xc_domain_destroy: { returns: int, args: [xch, domid], check: 'zero' },
  xc_domain_nr_gpfns: { returns: int, args: [xch, domid, pointerTo('xen_pfn_t')], check: 'zero' },
  xc_map_foreign_bulk: {
    returns: pointerTo('void'),
    args: [xch, domid, int, pointerTo('const xen_pfn_t'), pointerTo('int'), uint],
    check: 'non-null',
  },
} as const satisfies PrototypeTable;
