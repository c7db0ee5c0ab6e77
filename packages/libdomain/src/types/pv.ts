import { XEN_ELFNOTE } from '@vm-tools/kernel-image';
import type { Profile } from './profile.ts';

/** A guest that knows it runs on Xen: it brings its own page tables, and needs nothing of the processor. */
export const PV: Profile = {
  // A field of start_info has this size, NUL included.
  maxCmdlineBytes: 1023,
  kernel: {
    // libelf wants a Xen version and a loader or guest OS.
    suits: ({ notes, guestInfo }) =>
      guestInfo !== undefined ||
      (notes.has(XEN_ELFNOTE.XEN_VERSION) &&
        (notes.has(XEN_ELFNOTE.GUEST_OS) || notes.has(XEN_ELFNOTE.LOADER))),
    lack: 'it has no Xen notes for PV',
    linuxOption: 'CONFIG_XEN_PV',
  },
  host: {
    suits: ({ pv }) => pv,
    remedy: 'boot Xen with pv=true, or move it to a host whose Xen was built for PV',
  },
  memory: { isPaged: false, extraKib: 1024 },
  create: () => ({ type: 'pv' }),
  machine: {
    about: 'memory map limit',
    set: (xen, domid, { maxMemoryKib }) => xen.domainSetMemmapLimit(domid, maxMemoryKib),
  },
  build: ({ memoryKib, maxMemoryKib }) => ({ type: 'pv', targetKib: memoryKib, maxKib: maxMemoryKib }),
  tellsImage: true,
  save: {
    // It owns its page tables; only shadow page tables tell Xen which pages it has written to.
    canBeLive: ({ shadow }) => shadow,
    suspends: 'guest',
  },
};
