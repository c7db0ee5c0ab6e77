/** Bytes of a page of x86. */
export const PAGE_BYTES = 4096;

const ZERO_PAGE = Buffer.alloc(PAGE_BYTES);

/** @throws RangeError a mistake of the caller: with a view of another length it would write into a neighbour */
export function requirePage(page: Uint8Array): void {
  if (page.length !== PAGE_BYTES) throw new RangeError(`${page.length} bytes are no page of ${PAGE_BYTES}`);
}

export function isZeroPage(page: Uint8Array): boolean {
  return ZERO_PAGE.equals(page);
}
