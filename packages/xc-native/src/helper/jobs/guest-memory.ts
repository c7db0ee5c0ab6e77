import { StructView } from '../../abi/struct-view.ts';
import { requireFewBlobs } from '../../build-rules.ts';
import type { Libxc } from '../../libxc.ts';
import type { Address } from '../../prototypes/ctype.ts';
import { E820_TYPES, type E820Entry, type GuestBlob } from '../../xen.ts';
import type { DomImage } from './dom-image.ts';

/** Hands the blobs to the domain builder, which copies each to its guest address in xc_dom_build_image. */
export function writeAcpi(
  libxc: Libxc,
  dom: Address,
  image: DomImage,
  blobs: readonly GuestBlob[],
  domid: number,
): void {
  requireFewBlobs(blobs);
  const { xc_dom_image, xc_hvm_firmware_module: module_ } = libxc.layouts;
  blobs.forEach(({ guestAddress, data }, index) => {
    const { address, bytes } = allocate(libxc, dom, data.length, domid);
    bytes.set(data);
    const offset = xc_dom_image.fields.acpi_modules.offset + index * module_.size;
    new StructView(module_, image.bytes.subarray(offset, offset + module_.size))
      .set('data', address)
      .set('length', data.length)
      .set('guest_addr_out', BigInt(guestAddress));
  });
}

/**
 * The map goes to two readers: to Xen, which gives it to a guest that asks by hypercall, and into the image, from
 * which the builder writes the start_info that a PVH kernel is entered with.
 */
export function writeE820(
  libxc: Libxc,
  dom: Address,
  image: DomImage,
  entries: readonly E820Entry[],
  domid: number,
): void {
  const layout = libxc.layouts.e820entry;
  const { address, bytes } = allocate(libxc, dom, entries.length * layout.size, domid);
  entries.forEach((entry, index) => {
    new StructView(layout, bytes.subarray(index * layout.size, (index + 1) * layout.size))
      .set('addr', BigInt(entry.address))
      .set('size', BigInt(entry.size))
      .set('type', E820_TYPES[entry.type]);
  });
  libxc.call('xc_domain_set_memory_map', [libxc.xch, domid, address, entries.length], domid);
  image.set('e820', address).set('e820_entries', entries.length);
}

/** Memory that lives as long as the image, and is freed with it. */
function allocate(
  libxc: Libxc,
  dom: Address,
  bytes: number,
  domid: number,
): { readonly address: Address; readonly bytes: Buffer } {
  const address = libxc.call('xc_dom_malloc', [dom, bytes], domid);
  return { address, bytes: libxc.native.view(address, bytes) };
}
