import type { DomainInfo } from '@vm-tools/xc-native';
import { allThrough } from '../all-through.ts';
import { isFresh } from '../domain.ts';
import type { Host } from '../host.ts';
import { domainPath } from '../paths.ts';
import { differenceOf } from './difference.ts';
import type { ChangedDomain, DomainChange } from './domain-event.ts';
import { follow } from './follow.ts';
import { FollowedDomain } from './followed-domain.ts';
import { News } from './news.ts';
import type { SeenDomain, SeenHost } from './seen-domain.ts';
import type { Selection } from './selection.ts';

/** What a look has shown. */
interface Look {
  readonly changes: readonly DomainChange[];
  /** All domains were looked at. */
  readonly isOfHost: boolean;
}

/** Looks at the domains of a host whenever there is news of them, and tells what is different. */
export class HostWatcher {
  readonly news = new News();
  readonly #host: Pick<Host, 'xen' | 'store'>;
  readonly #selection: Selection;
  readonly #followed = new Map<number, FollowedDomain>();
  /** by the domain that serves */
  readonly #backends = new Map<number, Promise<AsyncDisposable>>();
  readonly #special: AsyncDisposable[] = [];
  #before: SeenHost = new Map();

  constructor(host: Pick<Host, 'xen' | 'store'>, selection: Selection) {
    this.#host = host;
    this.#selection = selection;
  }

  /** Begins to listen. Nothing that happens from then on is missed. */
  async begin(): Promise<void> {
    await allThrough(
      ['@introduceDomain', '@releaseDomain'].map(async (path) => {
        this.#special.push(await follow(this.#host.store, path, () => this.news.ofHost(), this.#onLost));
      }),
    );
    this.news.ofHost();
  }

  /** Whether a domain is in a state that it leaves without a word of Xen: it is to start, to resume, or to be gone. */
  get isOnTheWay(): boolean {
    const onTheWay = [...this.#before.values()].filter(
      ({ phase, hasStarted }) => phase === 'dying' || phase === 'suspended' || !hasStarted,
    );
    return onTheWay.some(({ domid }) => this.#followed.get(domid)?.isSelected);
  }

  /** Takes the news, and tells what has changed since the last look. */
  async look(): Promise<Look> {
    const { isOfHost, domids } = this.news.take();
    const infos = isOfHost ? await this.#host.xen.domainGetinfolist() : await this.#infosOf(domids);
    const gone = isOfHost ? this.#forgetAllBut(infos) : [];
    const before = new Map(this.#before);
    const after = new Map(isOfHost ? [] : this.#before);
    const seen = await allThrough(infos.map((info) => this.#look(info, domids, before)));
    for (const domain of seen) if (domain !== undefined) after.set(domain.domid, domain);
    this.#before = after;
    const selected = new Set(
      [...gone, ...this.#followed.values()].filter(({ isSelected }) => isSelected).map(identity),
    );
    await Promise.all(gone.map((domain) => this.#unfollow(domain)));
    const changes = differenceOf(before, after).filter((change) => selected.has(identity(change)));
    return { changes, isOfHost };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const backends = await Promise.allSettled(this.#backends.values());
    const all = [...this.#special, ...this.#followed.values()];
    for (const each of backends) if (each.status === 'fulfilled') all.push(each.value);
    await Promise.all(all.map((each) => each[Symbol.asyncDispose]()));
  }

  readonly #onLost = (thrown: unknown): void => this.news.end(thrown);

  /** Of those that are known; what is gone, or another one by now, shows at a look at the host. */
  async #infosOf(domids: ReadonlySet<number>): Promise<DomainInfo[]> {
    const infos = await Promise.all(
      [...domids].map(async (domid) => {
        const known = this.#followed.get(domid);
        if (known === undefined) return undefined;
        const info = await this.#host.xen.domainGetinfo(domid);
        if (info?.uuid === known.uuid) return info;
        this.news.ofHost();
        return undefined;
      }),
    );
    return infos.filter((info) => info !== undefined);
  }

  #forgetAllBut(infos: readonly DomainInfo[]): FollowedDomain[] {
    const uuids = new Map(infos.map(({ domid, uuid }) => [domid, uuid]));
    const gone = [...this.#followed.values()].filter(({ domid, uuid }) => uuids.get(domid) !== uuid);
    for (const { domid } of gone) this.#followed.delete(domid);
    return gone;
  }

  async #unfollow(domain: FollowedDomain): Promise<void> {
    await domain[Symbol.asyncDispose]();
    const backends = await this.#backends.get(domain.domid);
    this.#backends.delete(domain.domid);
    await backends?.[Symbol.asyncDispose]();
  }

  /** @param before what is known of it is added there when it is asked for only now that it has another name */
  async #look(
    info: DomainInfo,
    news: ReadonlySet<number>,
    before: Map<number, SeenDomain>,
  ): Promise<SeenDomain | undefined> {
    const { domid } = info;
    const known = this.#followed.get(domid);
    if (known === undefined && (await this.#isBeingMade(info))) return undefined;
    const domain = known ?? new FollowedDomain(info, this.#following);
    if (known === undefined) {
      this.#followed.set(domid, domain);
      await domain.followName();
    } else if (news.has(domid)) await domain.readName();

    const isNew = !domain.isSelected && this.#selection.has(domain);
    if (isNew) await domain.select();
    if (domain.isSelected && (isNew || news.has(domid))) await domain.readNodes();
    const seen = domain.seen(info);
    const was = before.get(domid);
    if (isNew && was?.uuid === seen.uuid) {
      const { devices, targetKib, request } = seen;
      const nodes = {
        ...(targetKib === undefined ? {} : { targetKib }),
        ...(request === undefined ? {} : { request }),
      };
      before.set(domid, { ...was, devices, ...nodes });
    }
    return seen;
  }

  /** It has no name yet; its toolstack gives it one, or it is not told of before it runs. */
  async #isBeingMade(info: DomainInfo): Promise<boolean> {
    if (!isFresh(info) || info.isDying) return false;
    return (await this.#host.store.read(`${domainPath(info.domid)}/name`)) === undefined;
  }

  get #following(): ConstructorParameters<typeof FollowedDomain>[1] {
    return {
      store: this.#host.store,
      onChange: (domid) => this.news.ofDomain(domid),
      onLost: this.#onLost,
      followBackends: async (domid) => {
        await this.#followBackends(domid);
      },
    };
  }

  /** One watch for all devices that a domain serves: they hardly change once they are connected. */
  #followBackends(backendDomid: number): Promise<AsyncDisposable> {
    const path = `${domainPath(backendDomid)}/backend`;
    const onChange = (changed: string): void => {
      const [, domid] = /^[^/]+\/(\d{1,5})(?:\/|$)/.exec(changed.slice(path.length + 1)) ?? [];
      if (domid !== undefined) this.news.ofDomain(Number(domid));
      // A folder above those of a domain has changed, or so many that the watch no longer says which.
      else for (const each of this.#followed.keys()) this.news.ofDomain(each);
    };
    const known = this.#backends.get(backendDomid);
    const following = known ?? follow(this.#host.store, path, onChange, this.#onLost);
    this.#backends.set(backendDomid, following);
    return following;
  }
}

const identity = ({ domid, uuid }: Pick<ChangedDomain, 'domid' | 'uuid'>): string => `${domid} ${uuid}`;
