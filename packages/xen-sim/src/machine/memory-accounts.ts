import type { DomainState } from './domain/domain-state.ts';
import { refuse } from './refuse.ts';

const PAGE_BYTES = 4096;
/** The pages that hap_enable gives to every new PVH domain. */
export const FIRST_POOL_PAGES = 256;
/** entries of a page table */
const TABLE_ENTRIES = 512;
/** d->max_pages is an unsigned int. */
export const MOST_PAGES = 0xffff_ffff;

/**
 * The owners of the host's pages. A page that is not a domain's, its paging pool's or claimed is free for every domain.
 */
export class MemoryAccounts {
  readonly totalPages: number;
  #freePages: number;
  #outstandingPages = 0;

  constructor(totalPages: number) {
    this.totalPages = totalPages;
    this.#freePages = totalPages;
  }

  /** not a domain's; claimed ones are among them */
  get freePages(): number {
    return this.#freePages;
  }

  get outstandingPages(): number {
    return this.#outstandingPages;
  }

  /**
   * XENMEM_claim_pages: reserves memory for a domain that is about to be built, so that a build fails at once rather
   * than after minutes. The claim melts away as memory is populated.
   *
   * @param pages what the domain is to have in all; 0 takes the claim back
   */
  claim(domain: DomainState, pages: number): void {
    if (pages === 0) {
      this.#setClaim(domain, 0);
      return;
    }
    const isSound = domain.outstandingPages === 0 && pages > domain.totPages && pages <= domain.maxPages;
    if (!isSound) throw refuse('xc_domain_claim_pages', 'EINVAL', domain.domid);
    const claim = pages - domain.totPages;
    if (claim > this.#unclaimedPages) throw refuse('xc_domain_claim_pages', 'ENOMEM', domain.domid);
    this.#setClaim(domain, claim);
  }

  /**
   * XENMEM_populate_physmap: all of it or nothing. Xen gives page after page until it has no more, and the caller then
   * destroys the domain: no tool could tell the difference.
   */
  populate(domain: DomainState, startGfn: number, count: number): void {
    const pages = domain.totPages + count;
    const isThere =
      !domain.isDying &&
      pages <= domain.maxPages &&
      count <= this.#unclaimedPages + domain.outstandingPages &&
      (domain.type === 'pv' || p2mPages(pages) <= domain.pagingPoolPages);
    if (!isThere) throw refuse('xc_domain_populate_physmap', 'ENOMEM', domain.domid);
    const added = domain.memory.populate(startGfn, count);
    this.#freePages -= added;
    this.#setClaim(domain, Math.max(0, domain.outstandingPages - added));
  }

  /** XENMEM_decrease_reservation: what a guest gives back, other domains may have. */
  depopulate(domain: DomainState, startGfn: number, count: number): void {
    this.#freePages += domain.memory.depopulate(startGfn, count);
  }

  /** The pool that Xen takes page tables of a PVH guest from. It cannot shrink below what is in use. */
  setPagingPool(domain: DomainState, bytes: number): void {
    const call = 'xc_set_paging_mempool_size';
    if (domain.type === 'pv') throw refuse(call, 'EOPNOTSUPP', domain.domid);
    const wanted = bytes / PAGE_BYTES;
    if (!Number.isInteger(wanted) || wanted < 0 || wanted > MOST_PAGES)
      throw refuse(call, 'EINVAL', domain.domid);
    this.growPagingPool(domain, Math.max(wanted, p2mPages(domain.totPages)), call);
  }

  /** @param call what to blame when the memory is not there: a claim of the domain is of no use for its pool */
  growPagingPool(domain: DomainState, pages: number, call: string): void {
    const more = pages - domain.pagingPoolPages;
    if (more > this.#unclaimedPages) throw refuse(call, 'ENOMEM', domain.domid);
    this.#freePages -= more;
    domain.pagingPoolPages = pages;
  }

  /** Takes everything back but one page, if a backend holds it. */
  release(domain: DomainState, isHeld: boolean): void {
    const { memory } = domain;
    this.#setClaim(domain, 0);
    const [first] = memory.ranges();
    const startGfn = isHeld && first !== undefined ? first[0] + 1 : 0;
    this.#freePages += domain.pagingPoolPages;
    domain.pagingPoolPages = 0;
    this.#freePages += memory.depopulate(startGfn, Math.max(0, memory.highestGfn + 1 - startGfn));
  }

  get #unclaimedPages(): number {
    return this.#freePages - this.#outstandingPages;
  }

  #setClaim(domain: DomainState, pages: number): void {
    this.#outstandingPages += pages - domain.outstandingPages;
    domain.outstandingPages = pages;
  }
}

/** The page tables that map so many pages one by one, as a restore does; a build gets by with fewer. */
function p2mPages(pages: number): number {
  const [root, l1] = [1, Math.ceil(pages / TABLE_ENTRIES)];
  const l2 = Math.ceil(l1 / TABLE_ENTRIES);
  return l1 + l2 + Math.ceil(l2 / TABLE_ENTRIES) + root;
}
