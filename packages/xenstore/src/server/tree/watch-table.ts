import type { AccessList } from './access-list.ts';
import { pathsUpwards } from './path.ts';

/** A change that fires watches. */
export interface TreeEvent {
  readonly path: string;
  /** Only watches on the very path fire: nodes that went along with one above them, and special paths. */
  readonly isExact: boolean;
  /** A domain that could read the node before gets the event of the change that ended this. */
  readonly permissionsBefore?: AccessList | undefined;
}

/** A connection that has watches. */
export interface Subscriber {
  readonly domid: number;
  /** by path and token */
  readonly watches: Map<string, RegisteredWatch>;
  sendEvent(watch: RegisteredWatch, path: string): void;
}

/** A watch, and its owner. */
export interface RegisteredWatch {
  readonly client: Subscriber;
  /** absolute */
  readonly path: string;
  readonly token: string;
  /** Its client asked by a relative path: events are relative too. */
  readonly isRelative: boolean;
}

/** All watches of all clients, by path: an event costs the depth of its path, however many watches there are. */
export class WatchTable {
  /** with the order in which they were registered, which is the order in which they hear */
  readonly #watches = new Map<string, Map<RegisteredWatch, number>>();
  #lastOrder = 0;

  add(watch: RegisteredWatch): void {
    const onPath = this.#watches.get(watch.path) ?? new Map<RegisteredWatch, number>();
    this.#lastOrder += 1;
    this.#watches.set(watch.path, onPath.set(watch, this.#lastOrder));
  }

  delete(watch: RegisteredWatch): void {
    const onPath = this.#watches.get(watch.path);
    onPath?.delete(watch);
    if (onPath?.size === 0) this.#watches.delete(watch.path);
  }

  /** Those that are on the path of the event, or above it. */
  concernedBy({ path, isExact }: TreeEvent): RegisteredWatch[] {
    const paths = isExact ? [path] : pathsUpwards(path);
    const concerned: [RegisteredWatch, number][] = [];
    for (const at of paths) concerned.push(...(this.#watches.get(at) ?? []));
    return concerned.sort(([, a], [, b]) => a - b).map(([watch]) => watch);
  }
}
