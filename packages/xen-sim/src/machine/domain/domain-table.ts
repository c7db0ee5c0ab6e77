import { refuse } from '../refuse.ts';
import type { DomainState } from './domain-state.ts';

/** DOMID_FIRST_RESERVED - 1 (xen/include/public/xen.h) */
export const LAST_DOMID = 0x7fef;

/** All domains of a machine, dying ones too, and the next domid. */
export class DomainTable {
  readonly domains = new Map<number, DomainState>();
  readonly #lastDomid: number;
  #rover = 0;

  /** @param lastDomid the highest there can be, for tests that cannot wait until 32751 domains have lived */
  constructor(lastDomid = LAST_DOMID) {
    this.#lastDomid = lastDomid;
  }

  add(domain: DomainState): void {
    this.domains.set(domain.domid, domain);
  }

  remove(domid: number): boolean {
    return this.domains.delete(domid);
  }

  /** @throws ESRCH */
  require(domid: number, call: string): DomainState {
    const domain = this.domains.get(domid);
    if (domain === undefined) throw refuse(call, 'ESRCH', domid);
    return domain;
  }

  /**
   * The next free one after the last that was given out, so that a domid is used again as late as possible: a tool that
   * still believes in a dead domain must not find another in its place. Spent even when the creation fails.
   *
   * @throws ENOMEM when all are taken
   */
  nextDomid(): number {
    for (let step = 0; step < this.#lastDomid; step++) {
      this.#rover = (this.#rover % this.#lastDomid) + 1;
      if (!this.domains.has(this.#rover)) return this.#rover;
    }
    throw refuse('xc_domain_create', 'ENOMEM');
  }

  /** By ascending domid, as Xen keeps its list. */
  inOrder(): DomainState[] {
    return [...this.domains.values()].sort((a, b) => a.domid - b.domid);
  }
}
