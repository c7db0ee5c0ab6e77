import type { Subscriber } from './watch-table.ts';

/** A connection of a domain, with the state to drop when it ends. */
export interface Connected extends Subscriber {
  readonly transactions: { clear(): void };
  close(): void;
}

/** A domain that has been introduced, or that a permission names. */
export interface KnownDomain {
  readonly domid: number;
  /** Of the first change to the tree after it became known: older nodes mean another domain by this domid. */
  readonly generation: number;
  readonly clients: Set<Connected>;
  watches: number;
  isIntroduced: boolean;
  hasShutDown: boolean;
}

export class DomainTable {
  readonly #exists: (domid: number) => boolean;
  readonly #domains = new Map<number, KnownDomain>();

  /** @param exists what the hypervisor would answer */
  constructor(exists: (domid: number) => boolean) {
    this.#exists = exists;
    this.#add(0, 0).isIntroduced = true;
  }

  /** @returns undefined when no such domain exists */
  know(domid: number, generation: number): KnownDomain | undefined {
    return this.#domains.get(domid) ?? (this.#exists(domid) ? this.#add(domid, generation) : undefined);
  }

  get(domid: number): KnownDomain | undefined {
    return this.#domains.get(domid);
  }

  introduced(domid: number): KnownDomain | undefined {
    const domain = this.#domains.get(domid);
    return domain?.isIntroduced ? domain : undefined;
  }

  forget(domid: number): void {
    this.#domains.delete(domid);
  }

  values(): Iterable<KnownDomain> {
    return this.#domains.values();
  }

  #add(domid: number, generation: number): KnownDomain {
    const domain = { domid, generation, clients: new Set<Connected>(), watches: 0, isIntroduced: false, hasShutDown: false }; // prettier-ignore
    this.#domains.set(domid, domain);
    return domain;
  }
}
