import type { Host } from '../host.ts';
import { domainPath } from '../paths.ts';
import { follow } from './follow.ts';

/** What is told of backends. */
export interface BackendListener {
  /** Something about the devices of this domain may be different. */
  readonly onChange: (domid: number) => void;
  /** The same, of any domain. */
  readonly onAnyChange: () => void;
  readonly onLost: (thrown: unknown) => void;
}

/** One watch for all devices that a domain serves: they hardly change once they are connected. */
export class BackendWatches {
  readonly #store: Host['store'];
  readonly #listener: BackendListener;
  /** by the domain that serves */
  readonly #watches = new Map<number, Promise<AsyncDisposable>>();

  constructor(store: Host['store'], listener: BackendListener) {
    this.#store = store;
    this.#listener = listener;
  }

  /** Listens to those of this domain from now on, if it does not yet. */
  async follow(backendDomid: number): Promise<void> {
    const known = this.#watches.get(backendDomid);
    const watch = known ?? this.#open(`${domainPath(backendDomid)}/backend`);
    this.#watches.set(backendDomid, watch);
    await watch;
  }

  /** The domain is gone. */
  async forget(backendDomid: number): Promise<void> {
    const watch = this.#watches.get(backendDomid);
    this.#watches.delete(backendDomid);
    await (await watch)?.[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const opened = await Promise.allSettled(this.#watches.values());
    for (const watch of opened) if (watch.status === 'fulfilled') await watch.value[Symbol.asyncDispose]();
  }

  #open(path: string): Promise<AsyncDisposable> {
    const { onChange, onAnyChange, onLost } = this.#listener;
    const tell = (changed: string): void => {
      const [, domid] = /^[^/]+\/(\d{1,5})(?:\/|$)/.exec(changed.slice(path.length + 1)) ?? [];
      if (domid !== undefined) onChange(Number(domid));
      // A folder above those of a domain has changed, or so many nodes that the watch no longer says which.
      else onAnyChange();
    };
    return follow(this.#store, path, tell, onLost);
  }
}

/** @param path of a backend */
export function backendDomid(path: string): number | undefined {
  const [, domid] = /^\/local\/domain\/(\d{1,5})\/backend\//.exec(path) ?? [];
  return domid === undefined ? undefined : Number(domid);
}
