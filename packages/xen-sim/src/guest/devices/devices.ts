import type { Xenstore } from '@vm-tools/xenstore';
import type { Listener } from '../manners.ts';
import { DRIVEN_KINDS, Frontend } from './frontend.ts';

/** The devices of a guest, as long as it has one connection to xenstored. */
export class GuestDevices {
  readonly #store: Xenstore;
  readonly #guest: Listener;
  readonly #root: string;
  readonly #frontends = new Map<string, Frontend>();
  #isLooking = true;

  constructor(store: Xenstore, guest: Listener) {
    this.#store = store;
    this.#guest = guest;
    this.#root = `/local/domain/${guest.domid}/device`;
  }

  /** Whether it has something to do that needs no time. */
  get isBusy(): boolean {
    return this.#isLooking || [...this.#frontends.values()].some((frontend) => frontend.isBusy);
  }

  /** To be called when its manner may have changed. */
  look(): void {
    for (const frontend of this.#frontends.values()) frontend.look();
  }

  /** Drives those that there are and that come, until the connection ends. */
  async drive(): Promise<void> {
    try {
      await using watch = this.#store.watch(this.#root);
      for (let event = await watch.next(); event.done !== true; event = await watch.next()) {
        this.#isLooking = true;
        await this.#see(event.value).finally(() => (this.#isLooking = false));
      }
    } finally {
      this.#isLooking = false;
      for (const frontend of this.#frontends.values()) frontend.end();
    }
  }

  async #see(path: string): Promise<void> {
    const [kind, id] = path.slice(this.#root.length + 1).split('/');
    if (kind !== undefined && id !== undefined) this.#lookAt(kind, id);
    else for (const each of DRIVEN_KINDS) await this.#scan(each);
  }

  async #scan(kind: string): Promise<void> {
    const ids = await this.#store.directory(`${this.#root}/${kind}`).catch(() => undefined);
    for (const id of ids ?? []) this.#lookAt(kind, id);
  }

  #lookAt(kind: string, id: string): void {
    if (!DRIVEN_KINDS.includes(kind)) return;
    const path = `${this.#root}/${kind}/${id}`;
    let frontend = this.#frontends.get(path);
    if (frontend === undefined || frontend.isOver) {
      frontend = new Frontend(this.#store, this.#guest, kind, path);
      this.#frontends.set(path, frontend);
    }
    frontend.look();
  }
}
