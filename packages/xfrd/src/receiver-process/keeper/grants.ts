import type { Offer } from '@vm-tools/libxfr';
import type { Peer } from '@vm-tools/trust';
import { notNow } from '../errors.ts';
import type { CallArgs } from '../messages.ts';

/** The known peers of this host, and what each may send. */
export interface HostTrust {
  /** No peer may send without it. Through a unix socket every user may that can open it. */
  readonly isAsked: 'always' | 'of peers that have a name';
  readonly listPeers: () => Promise<readonly Peer[]>;
  readonly authorise: (who: string, offer: Offer) => Promise<Disposable>;
}

/** The offers that were authorised, each with the place that it takes. */
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
    if (this.#trust === undefined) throw notNow('authorise', 'no peer has to be authorised here');
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
   * A reservation must be for an authorised offer, where every peer is asked.
   *
   * @returns the peer for which it was authorised
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
