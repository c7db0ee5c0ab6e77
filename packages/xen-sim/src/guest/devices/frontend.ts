import type { Xenstore } from '@vm-tools/xenstore';
import type { Listener } from '../manners.ts';

const POLITE = { manner: 'polite', ms: 0 } as const;

/** The nodes with which a driver of Linux 6.1 tells where its rings are. The numbers mean nothing here. */
const RINGS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  vbd: { 'ring-ref': '8', 'event-channel': '15', protocol: 'x86_64-abi', 'feature-persistent': '1' },
  vif: {
    'tx-ring-ref': '768',
    'rx-ring-ref': '769',
    'event-channel': '17',
    'request-rx-copy': '1',
    'feature-rx-notify': '1',
    'feature-sg': '1',
  },
  vfb: { 'page-ref': '4097', 'event-channel': '18', protocol: 'x86_64-abi', 'feature-update': '1' },
  vkbd: { 'page-ref': '4098', 'page-gref': '9', 'event-channel': '19' },
  '9pfs': { version: '1', 'num-rings': '2', 'ring-ref0': '10', 'event-channel-0': '20' },
  console: { 'ring-ref': '11', port: '21' },
};

/** The kinds of devices that guests have drivers for. */
export const DRIVEN_KINDS: readonly string[] = Object.keys(RINGS);

/** A state to be written, and the nodes that go with it. */
interface Step {
  readonly state: string;
  readonly nodes: Readonly<Record<string, string>>;
}

/** The next step of a driver; undefined when there is nothing to do. */
export function nextStep(kind: string, front: string, back: string | undefined): Step | undefined {
  const isUnplugged = back === '5' || (back === '6' && (front === '3' || front === '4'));
  if (isUnplugged) return front === '6' ? undefined : { state: '6', nodes: {} };
  // netfront does not wait for its backend.
  if (front === '1' && back === '2') return { state: kind === 'vif' ? '4' : '3', nodes: RINGS[kind] ?? {} };
  return front === '3' && back === '4' ? { state: '4', nodes: {} } : undefined;
}

/** The guest's end of one device. */
export class Frontend {
  readonly #store: Xenstore;
  readonly #guest: Listener;
  readonly #kind: string;
  readonly #path: string;
  readonly #over = new AbortController();
  #backend: string | undefined;
  #looking: Promise<void> | undefined;
  #mustLookAgain = false;
  /** It waits for its vCPUs, or because it is slow. */
  #isWaiting = false;

  constructor(store: Xenstore, guest: Listener, kind: string, path: string) {
    this.#store = store;
    this.#guest = guest;
    this.#kind = kind;
    this.#path = path;
  }

  /** Whether it has something to do that needs no time. */
  get isBusy(): boolean {
    return this.#looking !== undefined && !this.#isWaiting;
  }

  get isOver(): boolean {
    return this.#over.signal.aborted;
  }

  /** To be called when something of it may have changed. */
  look(): void {
    this.#mustLookAgain = true;
    this.#looking ??= this.#lookAround().finally(() => (this.#looking = undefined));
  }

  end(): void {
    this.#over.abort();
  }

  async #lookAround(): Promise<void> {
    while (this.#mustLookAgain && !this.isOver) {
      this.#mustLookAgain = false;
      await this.#act().catch(() => this.end()); // the connection, or the domain, has gone
    }
  }

  async #act(): Promise<void> {
    if ((await this.#due()) === undefined) return;
    const { manner, ms } = this.#guest.model().onDevices ?? POLITE;
    if (manner === 'rude' || !(await this.#wait(ms))) return;
    const step = await this.#due();
    if (step === undefined) return;
    for (const [name, value] of Object.entries({ ...step.nodes, state: step.state }))
      await this.#store.write(`${this.#path}/${name}`, value);
    this.#mustLookAgain = true;
  }

  async #due(): Promise<Step | undefined> {
    const front = await this.#store.read(`${this.#path}/state`);
    const backend = await this.#store.read(`${this.#path}/backend`);
    if (front === undefined || backend === undefined) {
      this.end();
      return undefined;
    }
    this.#watchBackend(backend);
    return nextStep(this.#kind, front, await this.#readBackend(backend));
  }

  /** @returns false when its vCPUs will never run again */
  async #wait(ms: number): Promise<boolean> {
    this.#isWaiting = true;
    try {
      return await this.#guest.time.sleep(ms);
    } finally {
      this.#isWaiting = false;
    }
  }

  /** Of nodes that are not there a guest is told that it may not read them. */
  #readBackend(backend: string): Promise<string | undefined> {
    return this.#store.read(`${backend}/state`).catch(() => undefined);
  }

  #watchBackend(backend: string): void {
    if (this.#backend === backend) return;
    this.#backend = backend;
    void this.#listen(`${backend}/state`);
  }

  async #listen(path: string): Promise<void> {
    try {
      await using watch = this.#store.watch(path, { signal: this.#over.signal });
      while ((await watch.next()).done !== true) this.look();
    } catch {
      // The device or the connection has gone.
    }
  }
}
