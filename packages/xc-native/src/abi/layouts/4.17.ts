import type { StructLayout } from '../layout.ts';

/**
 * Structs of libxenctrl and libxenguest 4.17 on x86-64. tools/abi compares every number with the headers of
 * libxen-dev; a Xen of another version gets a file of its own, next to this one.
 */
export const LAYOUTS_4_17 = {
  xc_error: {
    c: 'xc_error',
    size: 1028,
    fields: { code: { offset: 0, type: 'u32' } },
  },
  xentoollog_logger: {
    c: 'struct xentoollog_logger',
    size: 24,
    fields: { vmessage: { offset: 0, type: 'pointer' } },
  },
  xc_physinfo_t: {
    c: 'xc_physinfo_t',
    size: 112,
    fields: {
      nr_cpus: { offset: 8, type: 'u32' },
      cpu_khz: { offset: 24, type: 'u32' },
      capabilities: { offset: 28, type: 'u32' },
      total_pages: { offset: 40, type: 'u64' },
      free_pages: { offset: 48, type: 'u64' },
      scrub_pages: { offset: 56, type: 'u64' },
      outstanding_pages: { offset: 64, type: 'u64' },
    },
  },
  xc_domaininfo_t: {
    c: 'xc_domaininfo_t',
    size: 112,
    fields: {
      domain: { offset: 0, type: 'u16' },
      flags: { offset: 4, type: 'u32' },
      tot_pages: { offset: 8, type: 'u64' },
      max_pages: { offset: 16, type: 'u64' },
      outstanding_pages: { offset: 24, type: 'u64' },
      paged_pages: { offset: 40, type: 'u64' },
      cpu_time: { offset: 56, type: 'u64' },
      nr_online_vcpus: { offset: 64, type: 'u32' },
      max_vcpu_id: { offset: 68, type: 'u32' },
      handle: { offset: 76, type: 'uuid' },
    },
  },
  xen_cpuid_leaf_t: {
    c: 'xen_cpuid_leaf_t',
    size: 24,
    fields: {
      leaf: { offset: 0, type: 'u32' },
      subleaf: { offset: 4, type: 'u32' },
      a: { offset: 8, type: 'u32' },
      b: { offset: 12, type: 'u32' },
      c: { offset: 16, type: 'u32' },
      d: { offset: 20, type: 'u32' },
    },
  },
  xen_msr_entry_t: {
    c: 'xen_msr_entry_t',
    size: 16,
    fields: { idx: { offset: 0, type: 'u32' }, val: { offset: 8, type: 'u64' } },
  },
  xen_domctl_sched_credit: {
    c: 'struct xen_domctl_sched_credit',
    size: 4,
    fields: { weight: { offset: 0, type: 'u16' }, cap: { offset: 2, type: 'u16' } },
  },
  xen_domctl_sched_credit2: {
    c: 'struct xen_domctl_sched_credit2',
    size: 4,
    fields: { weight: { offset: 0, type: 'u16' }, cap: { offset: 2, type: 'u16' } },
  },
  xen_domctl_createdomain: {
    c: 'struct xen_domctl_createdomain',
    size: 64,
    fields: {
      handle: { offset: 4, type: 'uuid' },
      flags: { offset: 20, type: 'u32' },
      max_vcpus: { offset: 28, type: 'u32' },
      max_evtchn_port: { offset: 32, type: 'u32' },
      max_grant_frames: { offset: 36, type: 'i32' },
      max_maptrack_frames: { offset: 40, type: 'i32' },
      grant_opts: { offset: 44, type: 'u32' },
      emulation_flags: { offset: 56, type: 'u32', c: 'arch.emulation_flags' },
    },
  },
  xc_dom_image: {
    c: 'struct xc_dom_image',
    size: 1952,
    fields: {
      console_pfn: { offset: 384, type: 'u64' },
      xenstore_pfn: { offset: 392, type: 'u64' },
      pv_p2m: { offset: 480, type: 'pointer' },
      total_pages: { offset: 504, type: 'u64' },
      flags: { offset: 560, type: 'u64' },
      console_evtchn: { offset: 568, type: 'u32' },
      xenstore_evtchn: { offset: 572, type: 'u32' },
      console_domid: { offset: 576, type: 'u32' },
      xenstore_domid: { offset: 580, type: 'u32' },
      claim_enabled: { offset: 604, type: 'i32' },
      container_type: { offset: 1712, type: 'u32' },
      target_pages: { offset: 1720, type: 'u64' },
      mmio_start: { offset: 1728, type: 'u64' },
      mmio_size: { offset: 1736, type: 'u64' },
      lowmem_end: { offset: 1744, type: 'u64' },
      highmem_end: { offset: 1752, type: 'u64' },
      vga_hole_size: { offset: 1760, type: 'u64' },
      device_model: { offset: 1768, type: 'u8' },
      acpi_modules: { offset: 1800, type: 'pointer', c: 'acpi_modules[0].data' },
      e820: { offset: 1920, type: 'pointer' },
      e820_entries: { offset: 1928, type: 'u32' },
      max_vcpus: { offset: 1944, type: 'u32' },
    },
  },
  xc_hvm_firmware_module: {
    c: 'struct xc_hvm_firmware_module',
    size: 24,
    fields: {
      data: { offset: 0, type: 'pointer' },
      length: { offset: 8, type: 'u32' },
      guest_addr_out: { offset: 16, type: 'u64' },
    },
  },
  e820entry: {
    c: 'struct e820entry',
    size: 20,
    fields: {
      addr: { offset: 0, type: 'u64' },
      size: { offset: 8, type: 'u64' },
      type: { offset: 16, type: 'u32' },
    },
  },
  save_callbacks: {
    c: 'struct save_callbacks',
    size: 56,
    fields: {
      suspend: { offset: 0, type: 'pointer' },
      precopy_policy: { offset: 8, type: 'pointer' },
      switch_qemu_logdirty: { offset: 40, type: 'pointer' },
    },
  },
  restore_callbacks: {
    c: 'struct restore_callbacks',
    size: 56,
    fields: { static_data_done: { offset: 0, type: 'pointer' } },
  },
  /** Passed by value, so every field is here and in order. */
  precopy_stats: {
    c: 'struct precopy_stats',
    size: 24,
    fields: {
      iteration: { offset: 0, type: 'u32' },
      total_written: { offset: 8, type: 'u64' },
      dirty_count: { offset: 16, type: 'i64' },
    },
  },
} as const satisfies Readonly<Record<string, StructLayout>>;
