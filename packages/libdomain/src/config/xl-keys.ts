/** The keys of xl.cfg that a DomainConfig is made from. */
export const XL_KEYS = [
  'name',
  'type',
  'builder',
  'kernel',
  'ramdisk',
  'cmdline',
  'root',
  'extra',
  'memory',
  'maxmem',
  'vcpus',
  'maxvcpus',
  'uuid',
  'on_poweroff',
  'on_reboot',
  'on_crash',
] as const;

/**
 * What else xl 4.17 understands: an honest "not supported yet" is due for these, not "unknown". The last two are
 * of an older time and still stand in many files.
 */
export const UNSUPPORTED_XL_KEYS: readonly string[] = `
  acpi acpi_firmware acpi_laptop_slate acpi_s3 acpi_s4 altp2m altp2mhvm apic bios bios_path_override boot bootloader
  bootloader_args cap channel cpu_weight cpuid cpus cpus_soft device_model device_model_args device_model_args_hvm
  device_model_args_pv device_model_override device_model_stubdomain_override device_model_stubdomain_seclabel
  device_model_user device_model_version device_tree disk display dm_restrict driver_domain dtdev e820_host extratime
  firmware firmware_override gfx_passthru gic_version hap hdtype hpet init_seclabel iomem ioports irqs keymap latency
  localtime max_event_channels max_grant_frames max_grant_version max_maptrack_frames mca_caps mmio_hole ms_vm_genid
  msr_relaxed nestedhvm nographic nomigrate nx on_soft_reset on_watchdog oos opengl p9 pae passthrough pci
  pci_msitranslate pci_permissive pci_power_mgmt pci_seize period pool pvcalls pvshim pvshim_cmdline pvshim_extra
  pvshim_path rdm rdm_mem_boundary rtc_timeoffset sdl seclabel serial shadow_memory slice smbios_firmware soundhw
  spice spice_clipboard_sharing spice_image_compression spice_streaming_video spiceagent_mouse spicedisable_ticketing
  spicehost spicepasswd spiceport spicetls_port spiceusbredirection spicevdagent stdvga stubdomain_cmdline
  stubdomain_kernel stubdomain_memory stubdomain_ramdisk tee timer_mode tsc_mode usb
  usbctrl usbdev usbdevice usbversion vdispl vendor_device vfb vga videoram vif vif2 viridian vkb vkb_device
  vmtrace_buf_kb vnc vncdisplay vnclisten vncpasswd vncunused vncviewer vnuma vpmu vpt_align vsnd vtpm vuart xauthority
  xen_platform_pci xend_suspend_evtchn_compat
  pvh features
`
  .trim()
  .split(/\s+/);
