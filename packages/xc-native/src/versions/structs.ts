import type { Field, FieldType, FieldValue } from '../abi/layout.ts';

interface Struct {
  /** as C spells it */
  readonly c: string;
  /** only those that are used, and how wide they are */
  readonly fields: Readonly<Record<string, FieldType>>;
  /** as C spells a field, where the name here is made up for a member of a member or an array element */
  readonly spelled?: Readonly<Record<string, string>>;
}

/**
 * The structs of libxenctrl and libxenguest that are used, by names and widths: those are the same for every version
 * of Xen, because the calls are written against them. Where a field lies is what a version says.
 */
export const STRUCTS = {
  xc_error: { c: 'xc_error', fields: { code: 'u32' } },
  xentoollog_logger: { c: 'struct xentoollog_logger', fields: { vmessage: 'pointer' } },
  xc_physinfo_t: {
    c: 'xc_physinfo_t',
    fields: {
      nr_cpus: 'u32',
      cpu_khz: 'u32',
      capabilities: 'u32',
      total_pages: 'u64',
      free_pages: 'u64',
      scrub_pages: 'u64',
      outstanding_pages: 'u64',
    },
  },
  xc_domaininfo_t: {
    c: 'xc_domaininfo_t',
    fields: {
      domain: 'u16',
      flags: 'u32',
      tot_pages: 'u64',
      max_pages: 'u64',
      outstanding_pages: 'u64',
      paged_pages: 'u64',
      cpu_time: 'u64',
      nr_online_vcpus: 'u32',
      max_vcpu_id: 'u32',
      handle: 'uuid',
      cpupool: 'u32',
    },
  },
  xen_cpuid_leaf_t: {
    c: 'xen_cpuid_leaf_t',
    fields: { leaf: 'u32', subleaf: 'u32', a: 'u32', b: 'u32', c: 'u32', d: 'u32' },
  },
  xen_msr_entry_t: { c: 'xen_msr_entry_t', fields: { idx: 'u32', val: 'u64' } },
  xen_domctl_sched_credit: { c: 'struct xen_domctl_sched_credit', fields: { weight: 'u16', cap: 'u16' } },
  xen_domctl_sched_credit2: { c: 'struct xen_domctl_sched_credit2', fields: { weight: 'u16', cap: 'u16' } },
  xen_sysctl_credit_schedule: {
    c: 'struct xen_sysctl_credit_schedule',
    fields: { tslice_ms: 'u32', ratelimit_us: 'u32', vcpu_migr_delay_us: 'u32' },
  },
  xen_sysctl_credit2_schedule: {
    c: 'struct xen_sysctl_credit2_schedule',
    fields: { ratelimit_us: 'u32' },
  },
  xc_cputopo_t: { c: 'xc_cputopo_t', fields: { node: 'u32' } },
  xc_vcpuinfo_t: {
    c: 'xc_vcpuinfo_t',
    fields: { online: 'u8', blocked: 'u8', running: 'u8', cpu_time: 'u64', cpu: 'u32' },
  },
  xc_cpupoolinfo_t: {
    c: 'xc_cpupoolinfo_t',
    fields: { cpupool_id: 'u32', sched_id: 'u32', n_dom: 'u32', cpumap: 'pointer' },
  },
  xen_domctl_createdomain: {
    c: 'struct xen_domctl_createdomain',
    fields: {
      handle: 'uuid',
      flags: 'u32',
      max_vcpus: 'u32',
      max_evtchn_port: 'u32',
      max_grant_frames: 'i32',
      max_maptrack_frames: 'i32',
      grant_opts: 'u32',
      emulation_flags: 'u32',
      misc_flags: 'u32',
    },
    spelled: { emulation_flags: 'arch.emulation_flags', misc_flags: 'arch.misc_flags' },
  },
  xc_dom_image: {
    c: 'struct xc_dom_image',
    fields: {
      console_pfn: 'u64',
      xenstore_pfn: 'u64',
      pv_p2m: 'pointer',
      total_pages: 'u64',
      flags: 'u64',
      console_evtchn: 'u32',
      xenstore_evtchn: 'u32',
      console_domid: 'u32',
      xenstore_domid: 'u32',
      claim_enabled: 'i32',
      container_type: 'u32',
      target_pages: 'u64',
      mmio_start: 'u64',
      mmio_size: 'u64',
      lowmem_end: 'u64',
      highmem_end: 'u64',
      vga_hole_size: 'u64',
      device_model: 'u8',
      acpi_modules: 'pointer',
      e820: 'pointer',
      e820_entries: 'u32',
      max_vcpus: 'u32',
    },
    spelled: { acpi_modules: 'acpi_modules[0].data' },
  },
  xc_hvm_firmware_module: {
    c: 'struct xc_hvm_firmware_module',
    fields: { data: 'pointer', length: 'u32', guest_addr_out: 'u64' },
  },
  e820entry: { c: 'struct e820entry', fields: { addr: 'u64', size: 'u64', type: 'u32' } },
  save_callbacks: {
    c: 'struct save_callbacks',
    fields: { suspend: 'pointer', precopy_policy: 'pointer', switch_qemu_logdirty: 'pointer' },
  },
  restore_callbacks: { c: 'struct restore_callbacks', fields: { static_data_done: 'pointer' } },
  /** Passed by value, so every field is here and in order. */
  precopy_stats: {
    c: 'struct precopy_stats',
    fields: { iteration: 'u32', total_written: 'u64', dirty_count: 'i64' },
  },
} as const satisfies Readonly<Record<string, Struct>>;

type Structs = typeof STRUCTS;

export type StructName = keyof Structs;

/** The layouts of one version of Xen: names and widths are fixed, numbers are free. */
export type Layouts = {
  readonly [Name in StructName]: {
    readonly c: string;
    /** bytes */
    readonly size: number;
    readonly fields: {
      readonly [Key in keyof Structs[Name]['fields']]: Field & {
        readonly type: Structs[Name]['fields'][Key];
      };
    };
  };
};

/** The numbers of a version for its structs: the size of each and the offsets of its fields, in bytes. */
export type LayoutNumbers = {
  readonly [Name in StructName]: {
    readonly size: number;
    readonly at: { readonly [Key in keyof Structs[Name]['fields']]: number };
  };
};

/** All fields of a struct as an object. */
export type StructValues<Name extends StructName> = {
  readonly [Key in keyof Structs[Name]['fields']]: FieldValue<Structs[Name]['fields'][Key]>;
};

/** The names and the numbers of a version, put together. */
export function layoutsOf(numbers: LayoutNumbers): Layouts {
  const layouts = Object.entries<Struct>(STRUCTS).map(([name, { c, fields, spelled }]) => {
    const { size, at } = numbers[name as StructName];
    const offsets: Readonly<Record<string, number>> = at;
    const entries = Object.entries(fields).map(([key, type]) => {
      const spelling = spelled?.[key];
      return [key, { offset: offsets[key], type, ...(spelling === undefined ? {} : { c: spelling }) }];
    });
    return [name, { c, size, fields: Object.fromEntries(entries) as unknown }];
  });
  return Object.fromEntries(layouts) as Layouts;
}
