import type { DomainInfo } from '@vm-tools/xc-native';
import { allThrough } from '../all-through.ts';
import { isFresh } from '../domain.ts';
import type { Host } from '../host.ts';
import { domainPath } from '../paths.ts';
import { BackendWatches } from './backend-watches.ts';
import { differenceOf } from './difference.ts';
import type { ChangedDomain, DomainChange } from './domain-event.ts';
import { follow } from './follow.ts';
import { FollowedDomain, type Following } from './followed-domain.ts';
import { News } from './news.ts';
import type { SeenDomain, SeenHost } from './seen-domain.ts';
import type { Selection } from './selection.ts';

/** What toolstacks keep about domains, and guests may not change: it is quiet while a domain lives. */
const TOOLSTACK_FOLDER = '/libxl';

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
  readonly #backends: BackendWatches;
  readonly #following: Following;
  readonly #special: AsyncDisposable[] = [];
  #before: SeenHost = new Map();

  constructor(host: Pick<Host, 'xen' | 'store'>, selection: Selection) {
    this.#host = host;
    this.#selection = selection;
    const onChange = (domid: number): void => this.news.ofDomain(domid);
    const onAnyChange = (): void => [...this.#followed.keys()].forEach(onChange);
    const { store } = host;
    this.#backends = new BackendWatches(store, { onChange, onAnyChange, onLost: this.#onLost });
    const followBackends = (domid: number): Promise<void> => this.#backends.follow(domid);
    this.#following = { store, onChange, onLost: this.#onLost, followBackends };
  }

  /** Begins to listen. Nothing that happens from then on is missed. */
  async begin(): Promise<void> {
    const ofHost = (): void => this.news.ofHost();
    const listeners = [
      ['@introduceDomain', ofHost],
      ['@releaseDomain', ofHost],
      [TOOLSTACK_FOLDER, (changed: string): void => this.#noteToolstack(changed)],
    ] as const;
    await allThrough(
      listeners.map(async ([path, onChange]) => {
        this.#special.push(await follow(this.#host.store, path, onChange, this.#onLost));
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
    const gone = isOfHost ? await this.#forgetAllBut(infos) : [];
    const before = new Map(this.#before);
    const after = new Map(isOfHost ? [] : this.#before);
    const seen = await allThrough(infos.map((info) => this.#look(info, domids, before)));
    for (const domain of seen) if (domain !== undefined) after.set(domain.domid, domain);
    this.#before = after;
    const selected = new Set(
      [...gone, ...this.#followed.values()].filter(({ isSelected }) => isSelected).map(identity),
    );
    const changes = differenceOf(before, after).filter((change) => selected.has(identity(change)));
    return { changes, isOfHost };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const all = [...this.#special, ...this.#followed.values(), this.#backends];
    await Promise.all(all.map((each) => each[Symbol.asyncDispose]()));
  }

  readonly #onLost = (thrown: unknown): void => this.news.end(thrown);

  /** A domain that is not known is just being made there. */
  #noteToolstack(changed: string): void {
    const [, domid] = /^\/libxl\/(\d{1,5})(?:\/|$)/.exec(changed) ?? [];
    const known = domid === undefined ? undefined : this.#followed.get(Number(domid));
    if (known === undefined) this.news.ofHost();
    if (domid === undefined) for (const each of this.#followed.values()) each.noteToolstack();
    else known?.noteToolstack();
  }

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

  /** @returns those that are gone */
  async #forgetAllBut(infos: readonly DomainInfo[]): Promise<FollowedDomain[]> {
    const uuids = new Map(infos.map(({ domid, uuid }) => [domid, uuid]));
    const gone = [...this.#followed.values()].filter(({ domid, uuid }) => uuids.get(domid) !== uuid);
    await Promise.all(
      gone.map(async (domain) => {
        this.#followed.delete(domain.domid);
        await domain[Symbol.asyncDispose]();
        await this.#backends.forget(domain.domid);
      }),
    );
    return gone;
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
    if (domain.isSelected && (isNew || news.has(domid))) await domain.readNodes(info);
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
}

const identity = ({ domid, uuid }: Pick<ChangedDomain, 'domid' | 'uuid'>): string => `${domid} ${uuid}`;
