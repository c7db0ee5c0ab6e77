import type { DomainInfo } from '@vm-tools/xc-native';
import type { Host } from '../host.ts';
import { domainPath } from '../paths.ts';

/** Names that are read again at each look, besides those of new domains. */
const ANEW = 32;

interface Known {
  readonly uuid: string;
  readonly name: string;
}

/**
 * The names of domains, most of them remembered: xenstore would be asked a thousand times at each look, and a name
 * hardly ever changes. Domains take turns to be asked about again, so that a new name shows soon.
 */
export class KnownNames {
  readonly #store: Pick<Host['store'], 'read'>;
  /** the one that was read longest ago first */
  readonly #known = new Map<number, Known>();

  constructor(store: Pick<Host['store'], 'read'>) {
    this.#store = store;
  }

  /** @returns by domid; empty while a domain is being made or torn down */
  async of(infos: readonly Pick<DomainInfo, 'domid' | 'uuid'>[]): Promise<ReadonlyMap<number, string>> {
    const uuids = new Map(infos.map(({ domid, uuid }) => [domid, uuid]));
    for (const [domid, { uuid }] of this.#known) if (uuids.get(domid) !== uuid) this.#known.delete(domid);
    const unnamed = infos.filter(({ domid }) => (this.#known.get(domid)?.name ?? '') === '');
    const inTurn = [...this.#known.keys()].slice(0, ANEW);
    const asked = new Set([...unnamed.map(({ domid }) => domid), ...inTurn]);
    await Promise.all(
      [...asked].map(async (domid) => {
        const name = (await this.#store.read(`${domainPath(domid)}/name`)) ?? '';
        this.#known.delete(domid);
        this.#known.set(domid, { uuid: uuids.get(domid) ?? '', name });
      }),
    );
    return new Map([...this.#known].map(([domid, { name }]) => [domid, name]));
  }
}
