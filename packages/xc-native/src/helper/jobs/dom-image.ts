import { StructView } from '../../abi/struct-view.ts';
import type { Layouts } from '../../versions/structs.ts';
import type { Libxc } from '../../libxc.ts';
import type { Address } from '../../prototypes/ctype.ts';
import type { BuildSpec } from '../../xen.ts';

export type DomImage = StructView<Layouts['xc_dom_image']>;

/** XC_DOM_PV_CONTAINER, XC_DOM_HVM_CONTAINER (xenguest.h) */
const CONTAINER = { pv: 0, pvh: 1 };

const FOUR_GIB = 0x1_0000_0000n;

/**
 * The highest end of a PVH guest's RAM below 4 GiB. Above lie the ACPI tables (0xfc000000), the local APIC (0xfee00000)
 * and Xen's special pages (0xfeff8000); libxl puts the hole at the lowest of them.
 */
const PVH_MMIO_START = 0xfc00_0000n;

/** struct xc_dom_image in place, in libxenguest's own memory: gone when the image is released. */
export function viewImage(libxc: Libxc, dom: Address): DomImage {
  const layout = libxc.layouts.xc_dom_image;
  return new StructView(layout, libxc.native.view(dom, layout.size));
}

/** Says what to build, in the fields that have no function to set them. */
export function describeContainer(image: DomImage, spec: BuildSpec): void {
  image
    .set('container_type', CONTAINER[spec.type])
    .set('flags', 0n)
    .set('claim_enabled', 1) // Xen sets the memory aside at once: too little of it fails now and not half-way
    .set('max_vcpus', spec.maxVcpus)
    .set('console_evtchn', spec.consolePort)
    .set('console_domid', spec.consoleDomid)
    .set('xenstore_evtchn', spec.storePort)
    .set('xenstore_domid', spec.storeDomid);
  if (spec.type === 'pvh') describePvh(image, spec);
}

function describePvh(image: DomImage, { targetKib, maxKib }: BuildSpec): void {
  const bytes = BigInt(maxKib) * 1024n;
  const isAboveHole = bytes > PVH_MMIO_START;
  image
    .set('target_pages', BigInt(targetKib) / 4n)
    .set('mmio_start', PVH_MMIO_START)
    .set('mmio_size', FOUR_GIB - PVH_MMIO_START)
    .set('lowmem_end', isAboveHole ? PVH_MMIO_START : bytes)
    .set('highmem_end', isAboveHole ? FOUR_GIB + (bytes - PVH_MMIO_START) : 0n)
    .set('vga_hole_size', 0n)
    .set('device_model', 0);
}
