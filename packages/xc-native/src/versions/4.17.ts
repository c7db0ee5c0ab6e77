import { CPUID_REGISTER_OFFSETS, LEAF_BYTES, MSR_BYTES } from '../cpu/entries.ts';
import { CALLBACKS } from '../prototypes/callbacks.ts';
import { PROTOTYPES } from '../prototypes/index.ts';
import { CPU_FEATURES_4_17 } from './4.17.cpu.ts';
import { librariesOf, type VersionSupport } from './shape.ts';
import { layoutsOf, type LayoutNumbers } from './structs.ts';

/** Structs of libxenctrl and libxenguest on x86-64, in bytes. A later version names those that it has changed. */
export const NUMBERS_4_17: LayoutNumbers = {
  xc_error: { size: 1028, at: { code: 0 } },
  xentoollog_logger: { size: 24, at: { vmessage: 0 } },
  xc_physinfo_t: {
    size: 112,
    at: {
      nr_cpus: 8,
      cpu_khz: 24,
      capabilities: 28,
      total_pages: 40,
      free_pages: 48,
      scrub_pages: 56,
      outstanding_pages: 64,
    },
  },
  xc_domaininfo_t: {
    size: 112,
    at: {
      domain: 0,
      flags: 4,
      tot_pages: 8,
      max_pages: 16,
      outstanding_pages: 24,
      paged_pages: 40,
      cpu_time: 56,
      nr_online_vcpus: 64,
      max_vcpu_id: 68,
      handle: 76,
      cpupool: 92,
    },
  },
  xen_cpuid_leaf_t: { size: LEAF_BYTES, at: { leaf: 0, subleaf: 4, ...CPUID_REGISTER_OFFSETS } },
  xen_msr_entry_t: { size: MSR_BYTES, at: { idx: 0, val: 8 } },
  xen_domctl_sched_credit: { size: 4, at: { weight: 0, cap: 2 } },
  xen_domctl_sched_credit2: { size: 4, at: { weight: 0, cap: 2 } },
  xen_sysctl_credit_schedule: { size: 12, at: { tslice_ms: 0, ratelimit_us: 4, vcpu_migr_delay_us: 8 } },
  xen_sysctl_credit2_schedule: { size: 4, at: { ratelimit_us: 0 } },
  xc_cputopo_t: { size: 12, at: { node: 8 } },
  xc_vcpuinfo_t: { size: 24, at: { online: 4, blocked: 5, running: 6, cpu_time: 8, cpu: 16 } },
  xc_cpupoolinfo_t: { size: 24, at: { cpupool_id: 0, sched_id: 4, n_dom: 8, cpumap: 16 } },
  xen_domctl_createdomain: {
    size: 64,
    at: {
      handle: 4,
      flags: 20,
      max_vcpus: 28,
      max_evtchn_port: 32,
      max_grant_frames: 36,
      max_maptrack_frames: 40,
      grant_opts: 44,
      emulation_flags: 56,
      misc_flags: 60,
    },
  },
  xc_dom_image: {
    size: 1952,
    at: {
      console_pfn: 384,
      xenstore_pfn: 392,
      pv_p2m: 480,
      total_pages: 504,
      flags: 560,
      console_evtchn: 568,
      xenstore_evtchn: 572,
      console_domid: 576,
      xenstore_domid: 580,
      claim_enabled: 604,
      container_type: 1712,
      target_pages: 1720,
      mmio_start: 1728,
      mmio_size: 1736,
      lowmem_end: 1744,
      highmem_end: 1752,
      vga_hole_size: 1760,
      device_model: 1768,
      acpi_modules: 1800,
      e820: 1920,
      e820_entries: 1928,
      max_vcpus: 1944,
    },
  },
  xc_hvm_firmware_module: { size: 24, at: { data: 0, length: 8, guest_addr_out: 16 } },
  e820entry: { size: 20, at: { addr: 0, size: 8, type: 16 } },
  save_callbacks: { size: 56, at: { suspend: 0, precopy_policy: 8, switch_qemu_logdirty: 40 } },
  restore_callbacks: { size: 56, at: { static_data_done: 0 } },
  precopy_stats: { size: 24, at: { iteration: 0, total_written: 8, dirty_count: 16 } },
};

/** Xen of Debian 12. tools/abi compares every number and every prototype with the headers of its libxen-dev. */
export const XEN_4_17: VersionSupport = {
  libraries: librariesOf('4.17'),
  layouts: layoutsOf(NUMBERS_4_17),
  prototypes: PROTOTYPES,
  callbacks: CALLBACKS,
  cpuFeatures: CPU_FEATURES_4_17,
  quirks: { altp2m: 'param' },
};
