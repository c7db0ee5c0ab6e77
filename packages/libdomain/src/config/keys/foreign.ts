/** The types that xl knows. */
export type XlType = 'pv' | 'pvh' | 'hvm';

/** A key that xl understands, 4.17 or a later one, and these tools do not yet. */
export interface ForeignKey {
  /** of the domains that it changes; for others it has no effect */
  readonly types: readonly XlType[];
  /** values that ask for nothing but what is so anyway */
  readonly idle: readonly string[];
  /** the words that xl takes; it refuses others */
  readonly words?: readonly string[];
  /** numbers up to this one, which stand for words or are taken besides them */
  readonly most?: number;
  /** xl takes nothing but a list */
  readonly isList?: boolean;
  /** xl looks at the value of a domain for which the key has no effect, too */
  readonly isAlwaysRead?: boolean;
  /** why it is refused, as a clause; nothing where it only has not been done yet */
  readonly why?: string;
  /** what to write instead, if there is something */
  readonly hint?: string;
  /** what is different for the guest because it is accepted and not done */
  readonly otherwise?: string;
}

/** Of domains that have a container of the processor's virtualisation. */
export const NOT_PV = ['pvh', 'hvm'] as const;
const ALL = ['pv', 'pvh', 'hvm'] as const;
const HVM = ['hvm'] as const;
const OFF = ['0', ''] as const;
const NAME_KERNEL = 'write kernel = "/boot/vmlinuz" in its place, with the path of its kernel';

function keys(names: string, more: Partial<ForeignKey> = {}): Record<string, ForeignKey> {
  const key = { types: ALL, idle: [], ...more };
  return Object.fromEntries(
    names
      .trim()
      .split(/\s+/)
      .map((name) => [name, key]),
  );
}

const DEVICE_MODELS = ['qemu-xen', 'qemu-xen-traditional'];
/** Other types have a qemu as well, for screens, channels, folders and some disks. */
const USUAL_QEMU = 'the qemu of the domain, if it has one, is started as usual';
const PASSTHROUGH = ['default', 'disabled', 'enabled', 'sync_pt', 'share_pt'];
const ALTP2M = { words: ['disabled', 'mixed', 'external', 'limited'], most: 3, isAlwaysRead: true };

/** As libxl 4.17 goes by them: parse_config_data of xl, and libxl's own defaults for each type. */
export const FOREIGN_KEYS: Readonly<Record<string, ForeignKey>> = {
  // Lists of devices; an empty one asks for nothing.
  ...keys('pci vtpm usbctrl usbdev pvcalls vdispl vsnd vkb dtdev'),
  ...keys('ioports irqs iomem device_tree'),
  ...keys('vnuma', {
    why: 'a domain with virtual nodes can be neither saved nor moved',
    hint: 'leave it out; cpus = "node:0" keeps a domain on a node, and its memory near it',
  }),

  // Processors, memory, the place of the domain on its host.
  ...keys('period slice latency extratime', {
    idle: OFF,
    why: 'the scheduler rtds alone goes by it',
    hint: 'leave it out; cpu_weight and cap are for credit2, the usual scheduler',
  }),
  ...keys('vmtrace_buf_kb', { idle: OFF, why: 'only tools that trace processors read such a buffer' }),
  ...keys('videoram', {
    types: HVM,
    idle: OFF,
    otherwise: 'the guest has all of its memory, and xl gives it as much less',
  }),
  ...keys('passthrough', {
    idle: ['default', 'disabled'],
    words: PASSTHROUGH,
    why: 'it is for devices of the host, of which no guest is given one',
  }),
  ...keys('altp2m', {
    types: NOT_PV,
    idle: ['disabled', '0'],
    ...ALTP2M,
    why: 'only tools that look into a guest from outside use it',
  }),
  ...keys('xend_suspend_evtchn_compat', {
    idle: OFF,
    why: 'it lets a guest write what belongs to dom0, for drivers of Windows of long ago',
  }),
  ...keys('seclabel init_seclabel', {
    why: 'a domain would run without the label, because Flask is not asked for it',
    hint: 'leave it out where Xen has no Flask, which xl ignores then, too; else create the domain with xl',
  }),
  ...keys('e820_host', {
    types: ['pv'],
    idle: OFF,
    why: 'it is for devices of the host, of which no guest is given one',
  }),
  ...keys('pvshim', {
    types: ['pvh'],
    idle: OFF,
    why: 'the shim would be a second kernel in the domain',
    hint: 'write type = "pv" for a kernel that is no PVH kernel',
  }),
  // Of shadow page tables alone, which are always kept in step here.
  ...keys('oos', { types: NOT_PV, idle: ['1', '0', ''] }),
  ...keys('rtc_timeoffset localtime', {
    types: HVM,
    idle: OFF,
    otherwise: 'the clock of the guest shows UTC',
  }),

  // The source of the kernel.
  ...keys('firmware', { hint: NAME_KERNEL }),
  ...keys('pvh', { hint: 'write type = "pvh" instead' }),

  // Keys that only go with another key, which is refused where it matters.
  ...keys('pvshim_path pvshim_cmdline pvshim_extra', { types: [] }),
  ...keys('pci_msitranslate pci_permissive pci_power_mgmt pci_seize', { types: [] }),
  // Of a pv domain they make a screen where `vnc = 1` says so, and none otherwise.
  ...keys('vnc sdl opengl vncunused', { types: HVM, idle: OFF }),
  ...keys('vnclisten vncpasswd vncdisplay display xauthority keymap', { types: HVM }),

  // Machines of ARM; the last ones are of xl 4.19 and later.
  ...keys('gic_version', { types: [], words: ['default', 'v2', 'v3'] }),
  ...keys('vuart', { types: [], words: ['unknown', 'sbsa_uart'] }),
  ...keys('tee', { types: [], words: ['none', 'optee'] }),
  ...keys('nr_spis sve trap_unmapped_accesses arm_sci', { types: [] }),
  // Keys of which xl itself says that it ignores them.
  ...keys('device_model vncviewer vif2', { types: [] }),

  // Of xl 4.18 to 4.22.
  ...keys('bootloader_restrict bootloader_user virtio', { idle: OFF }),
  ...keys('llc_colors xenstore_feature_mask xenstore_quota'),
  ...keys('altp2m_count', { types: NOT_PV }),
  ...keys('hvm_pirq', { types: HVM, idle: OFF }),
  ...keys('smbios xen_platform_pci_bar_uc', { types: HVM }),

  // The emulated machine, and qemu, which emulates it: what is there by default, what is not, and the rest.
  ...keys('acpi apic hpet nx pae xen_platform_pci', { types: HVM, idle: ['1'] }),
  ...keys('nographic spice usb viridian dm_restrict altp2mhvm', { types: HVM, idle: OFF }),
  ...keys('device_model_version', { types: HVM, words: DEVICE_MODELS, isAlwaysRead: true }),
  ...keys('device_model_override', { types: HVM, otherwise: USUAL_QEMU }),
  ...keys('device_model_args device_model_args_pv', {
    types: HVM,
    otherwise: USUAL_QEMU,
    isList: true,
    isAlwaysRead: true,
  }),
  ...keys('device_model_args_hvm', { types: HVM, isList: true, isAlwaysRead: true }),
  ...keys('bios', { types: HVM, words: ['rombios', 'seabios', 'ovmf'] }),
  ...keys('gfx_passthru', { types: HVM, idle: OFF, words: ['default', 'igd'], most: Infinity }),
  ...keys('hdtype', { types: HVM, words: ['ide', 'ahci'] }),
  ...keys('ms_vm_genid', { types: HVM, idle: ['none'], words: ['generate', 'none'] }),
  ...keys('vendor_device', { types: HVM, idle: ['none'], words: ['none', 'xenserver'] }),
  ...keys('vga', { types: HVM, words: ['stdvga', 'cirrus', 'none', 'qxl'] }),
  ...keys(
    `acpi_firmware acpi_laptop_slate acpi_s3 acpi_s4 bios_path_override boot
     device_model_stubdomain_override device_model_stubdomain_seclabel device_model_user firmware_override mca_caps
     mmio_hole rdm rdm_mem_boundary serial smbios_firmware soundhw spice_clipboard_sharing
     spice_image_compression spice_streaming_video spiceagent_mouse spicedisable_ticketing spicehost spicepasswd
     spiceport spicetls_port spiceusbredirection spicevdagent stdvga stubdomain_cmdline stubdomain_kernel
     stubdomain_memory stubdomain_ramdisk usbdevice usbversion vkb_device vpt_align`,
    { types: HVM },
  ),
};

/** Keys of older toolstacks; xl passes over them as over any key that it does not know. */
export const FORGOTTEN_KEYS: readonly string[] = ['on_xend_start', 'on_xend_stop', 'features'];
