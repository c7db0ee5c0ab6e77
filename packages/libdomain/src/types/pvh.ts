import { XEN_ELFNOTE } from '@vm-tools/kernel-image';
import type { HVM_PARAM } from '@vm-tools/xc-native';
import { layoutPvh } from '../pvh/layout-pvh.ts';
import type { Profile } from './profile.ts';

// Types alone: a caller that only plans a domain needs no libxc.
const TIMER_MODE: (typeof HVM_PARAM)['TIMER_MODE'] = 10;
const ALTP2M: (typeof HVM_PARAM)['ALTP2M'] = 35;
/** "No delay for missed ticks": the guest's time does not stop when ticks were missed. */
const TIMER_MODE_NO_DELAY = 1;

/** A guest in a container of the processor's virtualisation, with no emulated device but the local APIC. */
export const PVH: Profile = {
  maxCmdlineBytes: 4095,
  kernel: {
    suits: ({ notes }) => notes.has(XEN_ELFNOTE.PHYS32_ENTRY),
    lack: 'it lacks the ELF note PHYS32_ENTRY, the PVH entry point',
    linuxOption: 'CONFIG_PVH',
  },
  host: {
    suits: ({ hvm, hap, shadow }) => hvm && (hap || shadow),
    remedy: 'switch virtualisation on in the firmware, or move it to a host whose processors can do it',
  },
  memory: { isPaged: true, extraKib: 2048 },
  create: ({ hap }, { nestedHvm = false }) => ({ type: 'pvh', hap, nestedVirt: nestedHvm }),
  machine: {
    about: 'timer mode, no alternate p2m',
    async set(xen, domid, { timerMode = TIMER_MODE_NO_DELAY }) {
      await xen.hvmParamSet(domid, TIMER_MODE, BigInt(timerMode));
      await xen.hvmParamSet(domid, ALTP2M, 0n);
    },
  },
  build: (size) => ({ type: 'pvh', ...layoutPvh(size) }),
  tellsImage: false,
  save: { canBeLive: () => true, suspends: 'guest' },
};
