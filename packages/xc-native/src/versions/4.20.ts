import { NUMBERS_4_17, XEN_4_17 } from './4.17.ts';
import { CPU_FEATURES_4_20 } from './4.20.cpu.ts';
import { librariesOf, type VersionSupport } from './shape.ts';
import { layoutsOf, type LayoutNumbers } from './structs.ts';

const { xen_domctl_createdomain: createdomain } = NUMBERS_4_17;

/** Since 4.19 the use of altp2m is chosen when a domain is created, in a word of its own before vmtrace_size. */
export const NUMBERS_4_20: LayoutNumbers = {
  ...NUMBERS_4_17,
  xen_domctl_createdomain: { size: 68, at: { ...createdomain.at, emulation_flags: 60, misc_flags: 64 } },
};

/** Xen of Debian 13. tools/abi compares it with the headers of its libxen-dev. */
export const XEN_4_20: VersionSupport = {
  ...XEN_4_17,
  libraries: librariesOf('4.20'),
  layouts: layoutsOf(NUMBERS_4_20),
  cpuFeatures: CPU_FEATURES_4_20,
  quirks: { altp2m: 'creation' },
};
