import { VmToolsError } from '@vm-tools/errors';
import type { HostInfo, Xen } from '@vm-tools/xc-native';
import type { Host } from './host.ts';
import { freeKib, memoryNeed } from './memory.ts';
import type { DomainType } from './types/index.ts';

/** A domain that is to come here, as far as it must not be promised twice. */
export interface Arriving {
  readonly name: string;
  /** lower case */
  readonly uuid: string;
  readonly type: DomainType;
  readonly memoryKib: number;
  readonly maxMemoryKib: number;
  readonly maxVcpus: number;
}

/**
 * The memory that this process has promised to domains that do not exist yet: Xen can set memory aside only for one
 * that does. From then on its claim holds, for other processes, too, and the promise is over.
 */
export class Reservations {
  readonly #held = new Map<string, { readonly name: string; readonly needKib: number }>();
  #ends = 0;

  /** KiB that are promised to others than this domain. */
  promisedKib(uuid: string): number {
    let sum = 0;
    for (const [key, { needKib }] of this.#held) if (key !== uuid) sum += needKib;
    return sum;
  }

  /** @throws VmToolsError DOMAIN_NAME_TAKEN, DOMAIN_UUID_TAKEN of kind usage, for one that is on its way here already */
  requireUnknown({ name, uuid }: Pick<Arriving, 'name' | 'uuid'>, what: 'name' | 'uuid'): void {
    const isTaken =
      what === 'uuid' ? this.#held.has(uuid) : [...this.#held.values()].some((other) => other.name === name);
    if (isTaken) throw onItsWay(what, what === 'name' ? name : uuid);
  }

  /**
   * Whether there is room beside all that is promised.
   *
   * @throws VmToolsError DOMAIN_NO_MEMORY of kind resource
   */
  async requireRoom(xen: Xen, domain: Arriving): Promise<void> {
    requireMemory(domain, await this.#look(xen), this.promisedKib(domain.uuid));
  }

  /**
   * Promises it name, UUID and memory until `end`.
   *
   * @throws VmToolsError DOMAIN_NO_MEMORY of kind resource; DOMAIN_NAME_TAKEN, DOMAIN_UUID_TAKEN of kind usage
   */
  async hold(xen: Xen, domain: Arriving): Promise<void> {
    const info = await this.#look(xen);
    // No await from here on: two callers at the same time must see each other's promises.
    this.requireUnknown(domain, 'name');
    this.requireUnknown(domain, 'uuid');
    const needKib = requireMemory(domain, info, this.promisedKib(domain.uuid));
    this.#held.set(domain.uuid, { name: domain.name, needKib });
  }

  /** It is here and Xen has its claim, or it will not come. */
  end(uuid: string): void {
    if (this.#held.delete(uuid)) this.#ends += 1;
  }

  /** Xen's answer is out of date when a promise has ended meanwhile: it may have become a claim. */
  async #look(xen: Xen): Promise<HostInfo> {
    for (;;) {
      const ends = this.#ends;
      const info = await xen.physinfo();
      if (ends === this.#ends) return info;
    }
  }
}

const RESERVATIONS = new WeakMap<Xen, Reservations>();

/** One for each host that this process has open: all restores on that host share it. */
export function reservationsOf({ xen }: Pick<Host, 'xen'>): Reservations {
  const known = RESERVATIONS.get(xen);
  if (known !== undefined) return known;
  const made = new Reservations();
  RESERVATIONS.set(xen, made);
  return made;
}

const mib = (kib: number): string => `${Math.ceil(kib / 1024)} MiB`;

/** @returns all that it takes from the host, KiB */
export function requireMemory(
  domain: Pick<Arriving, 'name' | 'type' | 'memoryKib' | 'maxMemoryKib' | 'maxVcpus'>,
  info: HostInfo,
  promisedKib: number,
): number {
  const { needKib } = memoryNeed(domain, info);
  const free = Math.max(0, freeKib(info) - promisedKib);
  if (needKib <= free) return needKib;
  const { name, memoryKib } = domain;
  const promised = promisedKib === 0 ? '' : `, beside ${mib(promisedKib)} promised to others`;
  throw new VmToolsError({
    code: 'DOMAIN_NO_MEMORY',
    kind: 'resource',
    message: `${name} needs ${mib(needKib)} (${mib(memoryKib)} and ${mib(needKib - memoryKib)} of overhead) and this host has ${Math.floor(free / 1024)} MiB free${promised}`,
    hint: 'free memory on this host, or give the domain less',
    details: { needKib, freeKib: free, promisedKib },
  });
}

function onItsWay(what: 'name' | 'uuid', value: string): VmToolsError {
  const [code, of] =
    what === 'name'
      ? (['DOMAIN_NAME_TAKEN', `called ${value}`] as const)
      : (['DOMAIN_UUID_TAKEN', `with UUID ${value}`] as const);
  return new VmToolsError({
    code,
    kind: 'usage',
    message: `a domain ${of} is on its way to this host already`,
    hint: 'wait until that transfer has ended',
    details: { [what]: value },
  });
}
