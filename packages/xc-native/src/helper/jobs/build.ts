import { memoryMib } from '../../build-rules.ts';
import type { Libxc } from '../../libxc.ts';
import type { Address } from '../../prototypes/ctype.ts';
import type { BuildSpec, RingFrames } from '../../xen.ts';
import { describeContainer, viewImage } from './dom-image.ts';
import type { DomImage } from './dom-image.ts';
import { writeAcpi, writeE820 } from './guest-memory.ts';

/** Told before each step; throws when the build is to end there. */
export type Checkpoint = (call: string) => void;

/**
 * Builds the memory image of a new domain, in the order in which libxl 4.17 does it (libxl__build_dom).
 * @throws VmToolsError with libxc's words; the domain is left as it is, for its creator to destroy
 */
export function buildDomain(
  libxc: Libxc,
  domid: number,
  spec: BuildSpec,
  checkpoint: Checkpoint,
): RingFrames {
  const { xch } = libxc;
  const mib = memoryMib(spec);
  libxc.call('xc_dom_loginit', [xch], domid);
  const dom = libxc.call('xc_dom_allocate', [xch, spec.cmdline, null], domid);
  try {
    const image = viewImage(libxc, dom);
    describeContainer(image, spec);

    checkpoint('xc_dom_kernel_file');
    loadFiles(libxc, dom, domid, spec);
    libxc.call('xc_dom_boot_xen_init', [dom, xch, domid], domid);
    libxc.call('xc_dom_parse_image', [dom], domid);
    libxc.call('xc_dom_mem_init', [dom, mib], domid);

    checkpoint('xc_dom_boot_mem_init'); // populates the guest's RAM: this is the call that takes long
    libxc.call('xc_dom_boot_mem_init', [dom], domid);

    checkpoint('xc_dom_build_image');
    if (spec.acpi !== undefined) writeAcpi(libxc, dom, image, spec.acpi, domid);
    if (spec.e820 !== undefined) writeE820(libxc, dom, image, spec.e820, domid);
    libxc.call('xc_dom_build_image', [dom], domid);
    libxc.call('xc_dom_boot_image', [dom], domid);
    libxc.call('xc_dom_gnttab_init', [dom], domid); // grants console and xenstore rings to the domains that serve them
    return ringFrames(libxc, dom, image);
  } finally {
    libxc.native.functions.xc_dom_release(dom);
  }
}

function loadFiles(libxc: Libxc, dom: Address, domid: number, { kernel, ramdisk }: BuildSpec): void {
  libxc.call('xc_dom_kernel_file', [dom, kernel], domid);
  if (ramdisk !== undefined) libxc.call('xc_dom_module_file', [dom, ramdisk, null], domid);
}

/**
 * A PVH guest's frames are its own numbers, gfn; those of a PV guest are looked up in its p2m, because xenstored
 * and xenconsoled map machine frames then.
 */
function ringFrames(libxc: Libxc, dom: Address, image: DomImage): RingFrames {
  const isTranslated = libxc.call('xc_dom_translated', [dom]);
  const frame = (pfn: bigint): bigint =>
    isTranslated ? pfn : libxc.native.view(image.get('pv_p2m') + pfn * 8n, 8).readBigUInt64LE();
  return { storeFrame: frame(image.get('xenstore_pfn')), consoleFrame: frame(image.get('console_pfn')) };
}
