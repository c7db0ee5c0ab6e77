import { BackendDevice, type BackendWorld } from './backend-device.ts';
import type { BackendDriver } from './backend-driver.ts';

const FOLDER = '/local/domain/0/backend';

/** All devices of one kind: of all guests, as a kernel serves them, or of one, as its qemu does. */
export class Backends {
  readonly #world: BackendWorld;
  readonly #driver: BackendDriver;
  readonly #root: string;
  readonly #stop = new AbortController();
  readonly #devices = new Map<string, BackendDevice>();
  readonly #watching: Promise<void>;
  #isScanning = false;

  /** @param domid the guest whose devices are served. @default each */
  constructor(world: BackendWorld, driver: BackendDriver, domid?: number) {
    this.#world = world;
    this.#driver = driver;
    this.#root = `${FOLDER}/${driver.kind}${domid === undefined ? '' : `/${domid}`}`;
    this.#watching = this.#watch();
  }

  get isBusy(): boolean {
    return this.#isScanning || [...this.#devices.values()].some((device) => device.isBusy);
  }

  /** Its program ends: nodes stay as they are. */
  async end(): Promise<void> {
    this.#stop.abort();
    await this.#watching;
    await Promise.all([...this.#devices.values()].map((device) => device.end()));
  }

  async #watch(): Promise<void> {
    try {
      await using watch = this.#world.store.watch(this.#root, { signal: this.#stop.signal });
      for (let event = await watch.next(); event.done !== true; event = await watch.next())
        await this.#see(event.value);
    } catch {
      // It was told to end, or the connection has been closed, which is the end of the host.
    }
  }

  async #see(path: string): Promise<void> {
    const [domid, id] = path.slice(FOLDER.length + this.#driver.kind.length + 2).split('/');
    if (domid !== undefined && id !== undefined) {
      this.#lookAt(domid, id);
      return;
    }
    // A folder above devices has come or gone: of those below there may be no events.
    for (const device of this.#devices.values()) device.look();
    this.#isScanning = true;
    try {
      await this.#scan();
    } finally {
      this.#isScanning = false;
    }
  }

  async #scan(): Promise<void> {
    const { store } = this.#world;
    const root = `${FOLDER}/${this.#driver.kind}`;
    const domids =
      this.#root === root ? ((await store.directory(root)) ?? []) : [this.#root.slice(root.length + 1)];
    for (const domid of domids)
      for (const id of (await store.directory(`${root}/${domid}`)) ?? []) this.#lookAt(domid, id);
  }

  #lookAt(domid: string, id: string): void {
    const path = `${FOLDER}/${this.#driver.kind}/${domid}/${id}`;
    let device = this.#devices.get(path);
    if (device === undefined || device.isOver) {
      const { store } = this.#world;
      device = new BackendDevice(this.#world, this.#driver, { domid: Number(domid), id, path, store });
      this.#devices.set(path, device);
    }
    device.look();
    for (const [key, { isOver }] of this.#devices) if (isOver && key !== path) this.#devices.delete(key);
  }
}
