/** Image header and domain header (docs/specs/libxc-migration-stream). */
const HEADERS_BYTES = 24 + 16;
const RECORD_HEADER_BYTES = 8;
const PAGE_BYTES = 4096;

const PAGE_DATA = 1;
/** Page types from here on come without contents: broken, to be allocated, absent. */
const FIRST_TYPE_WITHOUT_DATA = 0xdn;
const PFN_BITS = 52;

/** The contents of a guest's pages as a libxc stream leaves them: of a page that was sent twice, the last. */
export function imagePages(image: Buffer): Map<number, Buffer> {
  const pages = new Map<number, Buffer>();
  for (let at = HEADERS_BYTES; at < image.length;) {
    const [type, length] = [image.readUInt32LE(at), image.readUInt32LE(at + 4)];
    at += RECORD_HEADER_BYTES;
    if (type === PAGE_DATA) readPages(image.subarray(at, at + length), pages);
    at += Math.ceil(length / 8) * 8;
  }
  return pages;
}

/** The pfns that only one of two guests has, or that differ. */
export function differingPfns(
  some: ReadonlyMap<number, Buffer>,
  others: ReadonlyMap<number, Buffer>,
): number[] {
  const pfns = new Set([...some.keys(), ...others.keys()]);
  return [...pfns].filter((pfn) => {
    const [page, other] = [some.get(pfn), others.get(pfn)];
    return page === undefined || other === undefined || !page.equals(other);
  });
}

function readPages(body: Buffer, pages: Map<number, Buffer>): void {
  const count = body.readUInt32LE(0);
  let at = 8 + 8 * count;
  for (let index = 0; index < count; index++) {
    const word = body.readBigUInt64LE(8 + 8 * index);
    if (word >> 60n >= FIRST_TYPE_WITHOUT_DATA) continue;
    pages.set(Number(BigInt.asUintN(PFN_BITS, word)), body.subarray(at, at + PAGE_BYTES));
    at += PAGE_BYTES;
  }
}
