/**
 * The results for configurations of real users (see corpus/xl/README.md): the reasons for refusing each, in order, and
 * what is accepted with a warning. This table only ever gets better: a file that is accepted stays so, and what is
 * refused gets less.
 */
export const OUTCOMES: Readonly<Record<string, readonly [refusedFor: string, warnedOf: string]>> = {
  'cfg-01': ['', ''],
  'cfg-02': ['', ''],
  'cfg-04': ['', '8 boot, 9 serial'],
  'cfg-05': ['1:8 type, 6:8 boot, 7:10 serial', ''],
  'cfg-07': ['', ''],
  'cfg-08': ['', ''],
  'cfg-10': ['', ''],
  'cfg-11': ['', '7 on_xend_start, 8 on_xend_stop, 10 serial'],
  'cfg-13': ['', '9 disk'],
  'cfg-14': ['', '11 disk'],
  'cfg-16': ['', ''],
  'cfg-17': ['', ''],
  'cfg-19': ['', ''],
  'cfg-20': ['', '7 vfb'],
  'cfg-22': ['4:9 builder', ''],
  'cfg-23': ['', ''],
  'cfg-25': ['', '13 console'],
  'cfg-26': ['', ''],
  'cfg-28': ['', ''],
  'cfg-29': ['', '1 kernel'],
  'cfg-31': ['', '2 kernel, 10 max_clones'],
  'cfg-32': ['', '2 kernel, 5 cpus'],
  'cfg-34': ['1:16 name', '2 kernel, 5 gic_version, 6 vuart'],
  'cfg-35': ['', '2 kernel, 5 gic_version, 6 vuart'],
  'cfg-37': ['12:15 device_tree, 13:9 dtdev, 14:9 iomem, 15:8 irqs', ''],
  'cfg-38': ['11:9 dtdev', '8 dtb, 9 iommu'],
  'cfg-40': ['', '7 vcpus'],
  'cfg-41': ['', ''],
  'cfg-43': [
    '2:8 type, 7:1 maxcpus, 9:8 irqs, 10:9 iomem, 11:11 ioports, 12:10 serial, 13:11 usbctrl, 14:10 usbdev, 17:8 boot',
    '',
  ],
  'cfg-44': [
    '22:11 builder, 9:12 viridian, 11:13 localtime, 16:7 vnc, 18:14 vncdisplay, 19:7 pci, 21:10 serial, 24:8 boot, 27:7 usb, 28:13 usbdevice',
    '6 pae, 7 acpi, 8 apic, 10 rtc_timeoffset, 15 sdl, 17 vncunused, 20 parallel',
  ],
  'cfg-46': [
    '35:8 type, 8:12 viridian, 9:7 vga, 10:12 videoram, 11:11 soundhw, 12:9 spice, 13:13 spicehost, 14:13 spiceport, 15:26 spicedisable_ticketing, 16:16 spicevdagent, 17:27 spice_clipboard_sharing, 18:27 spice_image_compression, 20:7 vnc, 22:13 vnclisten, 24:13 usbdevice, 25:10 keymap, 36:15 dm_restrict',
    '4 pae, 5 acpi, 6 apic, 7 xen_platform_pci, 19 sdl, 21 vncunused, 23 usb, 37 device_model_chroot',
  ],
  'cfg-47': [
    '1:9 builder, 2:24 device_model_version, 11:14 gfx_passthru, 12:5 pci, 13:5 usb, 14:11 usbdevice, 15:11 localtime, 20:6 boot',
    '1 lines, 16 on_xend_stop',
  ],
  'cfg-49': [
    '9:9 builder, 7:11 localtime, 12:6 boot, 16:8 stdvga, 17:5 vnc, 18:11 vnclisten, 21:9 soundhw, 24:10 viridian, 29:8 serial, 30:24 device_model_version, 36:7 pci',
    '10 device_model, 19 vncconsole, 23 monitor, 25 sdl, 26 acpi, 27 apic, 28 pae, 31 gfx_passthru, 32 pci_power_mgmt, 33 xen_platform_pci, 34 pci_msitranslate',
  ],
  'cfg-50': [
    '9:11 builder, 1:8 import, 2:8 arch, 5:1, 17:24 device_model, 18:8 boot, 19:5 sdl, 20:5 vnc',
    '4 arch_libdir, 21 vncviewer, 22 ne2000',
  ],
  'cfg-52': [
    '2:19 builder, 12:19 boot, 16:19 sdl, 18:19 localtime, 21:19 serial, 22:19 usbdevice',
    '6 device_model, 9 cdrom, 14 nic, 15 vif, 17 vncviewer, 19 ne2000',
  ],
  'cfg-53': ['2:8 type, 6:8 boot, 9:7 pci, 10:16 gfx_passthru', '11 vnc'],
  'cfg-55': ['7:8 type, 8:10 altp2m, 12:9 disk', '2 arch, 14 vif, 21 ept'],
  'cfg-56': ['2:8 type, 5:9 vnuma', ''],
  'cfg-58': ['', ''],
  'cfg-59': ['', '7 serial, 10 vfb, 14 vnc'],
  'cfg-61': [
    '25:11 builder, 16:6 boot, 18:5 vnc, 19:11 vnclisten, 21:11 vncunused, 22:11 vncpasswd, 23:8 stdvga, 24:8 serial',
    '3 device_model, 9 xen_platform_pci, 10 pae, 11 acpi, 12 apic, 15 vfb, 17 sdl, 20 vncconsole',
  ],
  'cfg-62': ['', '11 vnc, 12 nographic, 15 device_model_version'],
  'cfg-64': ['1:1', ''],
  'cfg-65': ['1:1', ''],
  'cfg-67': ['1:1', ''],
  'cfg-68': ['', ''],
};
