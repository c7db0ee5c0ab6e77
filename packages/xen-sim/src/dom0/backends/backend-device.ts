import { VmToolsError } from '@vm-tools/errors';
import type { Xenstore } from '@vm-tools/xenstore';
import type { Faults } from '../../faults/index.ts';
import type { BackendDriver, BackendNodes, BackendPlace } from './backend-driver.ts';
import { nextState, XENBUS, type XenbusState } from './xenbus.ts';

/** The world of backends: the control domain's end of xenstore, and who holds pages of guests. */
export interface BackendWorld {
  /** as dom0; no fault concerns it */
  readonly store: Xenstore;
  readonly faults: Faults;
  /** Maps a page of a guest. @returns what unmaps it */
  readonly holdPages: (domid: number) => () => void;
}

/** The backend's end of one device, from its first node to its last. */
export class BackendDevice {
  readonly #world: BackendWorld;
  readonly #driver: BackendDriver;
  readonly #place: BackendPlace;
  readonly #over = new AbortController();
  #looking: Promise<void> | undefined;
  #mustLookAgain = false;
  /** It waits because a rule of faults says so. */
  #isHeld = false;
  /** It has failed, and does nothing more. */
  #isStuck = false;
  #frontend: string | undefined;
  #release: (() => void) | undefined;

  constructor(world: BackendWorld, driver: BackendDriver, place: BackendPlace) {
    this.#world = world;
    this.#driver = driver;
    this.#place = place;
  }

  /** Whether it has something to do that needs no time. */
  get isBusy(): boolean {
    return this.#looking !== undefined && !this.#isHeld;
  }

  get isOver(): boolean {
    return this.#over.signal.aborted;
  }

  /** To be called when something of it may have changed. */
  look(): void {
    this.#mustLookAgain = true;
    this.#looking ??= this.#lookAround().finally(() => (this.#looking = undefined));
  }

  /** Its program is no more. */
  async end(): Promise<void> {
    this.#endAtOnce();
    await this.#looking;
  }

  #endAtOnce(): void {
    this.#letGo();
    this.#over.abort();
  }

  async #lookAround(): Promise<void> {
    while (this.#mustLookAgain && !this.isOver) {
      this.#mustLookAgain = false;
      await this.#step().catch((thrown: unknown) => {
        // Others write to the same nodes, too.
        if (thrown instanceof VmToolsError && thrown.code === 'XENSTORE_BUSY') this.#mustLookAgain = true;
        else this.#endAtOnce(); // the connection is closed: the host ends
      });
    }
  }

  async #step(): Promise<void> {
    const { store } = this.#world;
    const { path, domid } = this.#place;
    const state = await store.read(`${path}/state`);
    if (state === undefined) {
      this.#remove();
      return;
    }
    const frontendPath = await store.read(`${path}/frontend`);
    if (frontendPath !== undefined) this.#watchFrontend(frontendPath);
    const frontend = frontendPath && (await store.read(`${frontendPath}/state`));
    const isOnline = (await store.read(`${path}/online`)) === '1';
    const next = nextState({ state, frontend, isOnline });
    if (next === undefined || this.#isStuck) return;
    if (!(await this.#mayGoOn(domid))) return;
    const nodes = await this.#prepare(next);
    if (nodes === undefined || this.isOver) return;
    if (next === XENBUS.closed) {
      this.#letGo();
      if (!isOnline || frontend === undefined) this.#driver.remove?.(this.#place);
    }
    if (await this.#switch(state, next, nodes)) this.#mustLookAgain = true;
  }

  /** @returns false when it has gone, or a rule makes it fail */
  async #mayGoOn(domid: number): Promise<boolean> {
    const held = this.#world.faults.ofItself(this.#driver.fault, domid, this.#over.signal);
    if (held === undefined) return true;
    this.#isHeld = true;
    try {
      await held;
      // The world may be another one by now.
      this.#mustLookAgain = true;
      return !this.isOver;
    } catch {
      this.#isStuck = true;
      if (!this.isOver) await this.#switch(undefined, XENBUS.closing, {});
      return false;
    } finally {
      this.#isHeld = false;
    }
  }

  async #prepare(next: XenbusState): Promise<BackendNodes | undefined> {
    if (next === XENBUS.initWait) return this.#driver.probe(this.#place);
    if (next !== XENBUS.connected) return {};
    const nodes = await this.#driver.connect(this.#place);
    if (nodes !== undefined) this.#release ??= this.#world.holdPages(this.#place.domid);
    return nodes;
  }

  /** As xenbus_switch_state: what a toolstack has removed meanwhile does not come back. */
  #switch(from: string | undefined, to: XenbusState, nodes: BackendNodes): Promise<boolean> {
    const { path } = this.#place;
    return this.#world.store.transaction(async (tx) => {
      const state = await tx.read(`${path}/state`);
      if (state === undefined || (from !== undefined && state !== from)) return false;
      for (const [name, value] of Object.entries({ ...nodes, state: to }))
        await tx.write(`${path}/${name}`, value);
      return true;
    });
  }

  #watchFrontend(path: string): void {
    if (this.#frontend === path) return;
    this.#frontend = path;
    void this.#listen(`${path}/state`);
  }

  async #listen(path: string): Promise<void> {
    const { signal } = this.#over;
    try {
      await using watch = this.#world.store.watch(path, { signal });
      while ((await watch.next()).done !== true) this.look();
    } catch {
      // The device or the connection has gone.
    }
  }

  #remove(): void {
    this.#endAtOnce();
    this.#driver.remove?.(this.#place);
  }

  #letGo(): void {
    this.#driver.disconnect?.(this.#place);
    this.#release?.();
    this.#release = undefined;
  }
}
