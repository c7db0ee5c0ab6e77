import type { Offer } from '@vm-tools/libxfr';
import type { Peer } from '@vm-tools/trust';
import { notNow } from '../errors.ts';
import type { CallArgs } from '../messages.ts';

/** Whom this host knows, and what they may send. */
export interface HostTrust {
  /** Nobody may send without it. Through a unix socket those may who can open it, and need nothing else. */
  readonly isAsked: 'always' | 'of peers that have a name';
  readonly listPeers: () => Promise<readonly Peer[]>;
  readonly authorise: (who: string, offer: Offer) => Promise<Disposable>;
}

/** What peers have been authorised to send, each with the place that it takes. */
export class Grants implements Disposable {
  readonly #trust: HostTrust | undefined;
  readonly #grants = new Map<
    number,
    { readonly who: string; readonly offer: Offer; readonly place: Disposable }
  >();
  #count = 0;

  constructor(trust: HostTrust | undefined) {
    this.#trust = trust;
  }

  async authorise({ who, offer }: CallArgs<'authorise'>): Promise<{ grant: number }> {
    if (this.#trust === undefined) throw notNow('authorise', 'nobody has to be authorised here');
    const place = await this.#trust.authorise(who, offer);
    const grant = (this.#count += 1);
    this.#grants.set(grant, { who, offer, place });
    return { grant };
  }

  leave({ grant }: CallArgs<'leave'>): void {
    this.#grants.get(grant)?.place[Symbol.dispose]();
    this.#grants.delete(grant);
  }

  /**
   * What is reserved has to be what was authorised, where everybody is asked.
   *
   * @returns for whom it was authorised
   */
  check({ name, uuid, memoryBytes, maxMemoryBytes }: Offer): string | undefined {
    const granted = [...this.#grants.values()].find(
      ({ offer }) =>
        offer.name === name &&
        offer.uuid === uuid &&
        offer.memoryBytes >= memoryBytes &&
        offer.maxMemoryBytes >= maxMemoryBytes,
    );
    if (granted === undefined && this.#trust?.isAsked === 'always')
      throw notNow('reserve', 'that was not authorised');
    return granted?.who;
  }

  [Symbol.dispose](): void {
    for (const { place } of this.#grants.values()) place[Symbol.dispose]();
    this.#grants.clear();
  }
}
