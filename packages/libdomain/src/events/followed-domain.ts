import type { DomainInfo } from '@vm-tools/xc-native';
import { allThrough } from '../all-through.ts';
import { listDevices, type Device } from '../devices/nodes/list-devices.ts';
import { isFresh } from '../domain.ts';
import type { Host } from '../host.ts';
import { controlPath, domainPath, incomingFromPath, incomingPath } from '../paths.ts';
import { backendDomid } from './backend-watches.ts';
import { follow } from './follow.ts';
import { requestIn, stateIn } from './guest-words.ts';
import { phaseOf, type SeenDevice, type SeenDomain } from './seen-domain.ts';

/** What a follower of domains is told. */
export interface Following {
  readonly store: Host['store'];
  readonly onChange: (domid: number) => void;
  readonly onLost: (thrown: unknown) => void;
  /** Its devices have backends there: changes of these are told by domid, too. */
  readonly followBackends: (backendDomid: number) => Promise<void>;
}

/** What xenstore has about a domain. */
type Nodes = Pick<SeenDomain, 'request' | 'targetKib' | 'devices'>;

const NOTHING: Nodes = { devices: new Map() };

/** The mark of one that is being brought here. */
interface Arrival {
  /** the peer, where that is known */
  readonly from: string | undefined;
}

/**
 * One domain, and the watches by which xenstore tells of it: one for its name, and three more once it is one of those
 * that are asked for. None is on all nodes of a guest, which may write there as much as it likes.
 */
export class FollowedDomain {
  readonly domid: number;
  readonly uuid: string;
  /** Whether it is asked for; once it is, it stays so under another name. */
  isSelected = false;
  #name = '';
  #hasStarted = false;
  #nodes = NOTHING;
  #arrival: Arrival | undefined;
  #devices: readonly Device[] = [];
  /** Nothing has changed in the list of its devices since it was last read. */
  #isListed = false;
  readonly #following: Following;
  readonly #watches: AsyncDisposable[] = [];

  constructor({ domid, uuid }: Pick<DomainInfo, 'domid' | 'uuid'>, following: Following) {
    this.domid = domid;
    this.uuid = uuid;
    this.#following = following;
  }

  get name(): string {
    return this.#name;
  }

  /** Looks from now on what its name is. */
  async followName(): Promise<void> {
    await this.#follow(`${domainPath(this.domid)}/name`);
    await this.readName();
  }

  /** Looks from now on at all else, too. */
  async select(): Promise<void> {
    this.isSelected = true;
    const own = domainPath(this.domid);
    await allThrough([
      this.#follow(`${own}/memory/target`),
      // Where a guest that starts says what requests it understands, which is how its start is noticed at once.
      this.#follow(`${own}/control`),
      this.#follow(`${own}/device`),
    ]);
  }

  /** Its toolstack has changed something about it: it may have other devices. */
  noteToolstack(): void {
    this.#isListed = false;
    this.#following.onChange(this.domid);
  }

  /** Its last name stays when its nodes have gone. */
  async readName(): Promise<void> {
    const name = await this.#following.store.read(`${domainPath(this.domid)}/name`);
    this.#name = name ?? this.#name;
  }

  /** @param info of the same look: only one that has not run may be on its way here */
  async readNodes(info: DomainInfo): Promise<void> {
    const { store } = this.#following;
    const mayArrive = isFresh(info);
    const devices = await this.#readDevices();
    const [target, asked, incoming, from] = await Promise.all([
      store.read(`${domainPath(this.domid)}/memory/target`),
      store.read(controlPath(this.domid)),
      mayArrive ? store.read(incomingPath(this.domid)) : undefined,
      mayArrive ? store.read(incomingFromPath(this.domid)) : undefined,
    ]);
    const targetKib =
      target !== undefined && /^\d{1,15}$/.test(target) ? Number(target) : this.#nodes.targetKib;
    const request = requestIn(asked);
    this.#nodes = {
      devices,
      ...(request === undefined ? {} : { request }),
      ...(targetKib === undefined ? {} : { targetKib }),
    };
    this.#arrival = incoming === undefined ? undefined : { from };
  }

  /** How it is, by what Xen says now and by what was last read of the rest. */
  seen(info: DomainInfo): SeenDomain {
    this.#hasStarted ||= !isFresh(info);
    const arrival = this.#hasStarted ? undefined : this.#arrival;
    const state = phaseOf(info, arrival !== undefined);
    const isFromPeer = state.phase === 'arriving' && arrival?.from !== undefined;
    return {
      domid: this.domid,
      uuid: this.uuid,
      name: this.#name,
      hasStarted: this.#hasStarted,
      ...state,
      ...(isFromPeer ? { from: arrival.from } : {}),
      ...this.#nodes,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#watches.map((watch) => watch[Symbol.asyncDispose]()));
  }

  async #follow(path: string): Promise<void> {
    const { store, onChange, onLost } = this.#following;
    this.#watches.push(await follow(store, path, () => onChange(this.domid), onLost));
  }

  async #readDevices(): Promise<ReadonlyMap<string, SeenDevice>> {
    const { store, followBackends } = this.#following;
    if (!this.#isListed) {
      this.#isListed = true; // what changes while it is read makes it out of date again
      this.#devices = await listDevices(store, this.domid);
      const serving = new Set(this.#devices.flatMap(({ backend }) => backendDomid(backend) ?? []));
      await allThrough([...serving].map(followBackends));
    }
    const seen = await Promise.all(
      this.#devices.map(async ({ kind, id, frontend, backend }): Promise<SeenDevice> => {
        const [of, by] = await Promise.all([frontend, backend].map((end) => store.read(`${end}/state`)));
        return { kind, id, frontendState: stateIn(of), backendState: stateIn(by) };
      }),
    );
    return new Map(seen.map((device) => [`${device.kind}/${device.id}`, device]));
  }
}
