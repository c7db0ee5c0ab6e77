/**
 * Types of pages in PAGE_DATA: XEN_DOMCTL_PFINFO_* of Xen, as the top four bits of a pfn word.
 * L1TAB to L4TAB are page tables of PV domains, …_PIN those that are pinned.
 */
export const PAGE_TYPE = {
  NOTAB: 0x0,
  L1TAB: 0x1,
  L2TAB: 0x2,
  L3TAB: 0x3,
  L4TAB: 0x4,
  L1TAB_PIN: 0x9,
  L2TAB_PIN: 0xa,
  L3TAB_PIN: 0xb,
  L4TAB_PIN: 0xc,
  /** a page with a hardware error: absent at the receiver */
  BROKEN: 0xd,
  /** to be populated, contents do not matter */
  XALLOC: 0xe,
  /** absent; in a later round of a live save: no longer there */
  XTAB: 0xf,
} as const;

/** The use of a page of a PV guest (XEN_DOMCTL_PFINFO_*); all pages of others are 0. */
export type PageType = (typeof PAGE_TYPE)[keyof typeof PAGE_TYPE];

/** 0x5 to 0x8 have no meaning. */
export function isPageType(nibble: number): boolean {
  return nibble <= PAGE_TYPE.L4TAB || nibble >= PAGE_TYPE.L1TAB_PIN;
}

/** Whether a page of this type brings its 4096 bytes along. */
export function hasPageData(nibble: number): boolean {
  return nibble <= PAGE_TYPE.L4TAB || (nibble >= PAGE_TYPE.L1TAB_PIN && nibble <= PAGE_TYPE.L4TAB_PIN);
}
