import { join } from 'node:path';
import { setImmediate as macrotask } from 'node:timers/promises';
import { messageOf, VmToolsError } from '@vm-tools/errors';
import type { Xenstore } from '@vm-tools/xenstore';
import type { Machine } from '../../machine/index.ts';
import { ConsoleLog } from './console-log.ts';
import { DomainConsole } from './domain-console.ts';
import { openPty, type Pty } from './pty.ts';

/** Consoles of domains that are gone are kept, so that a user can see how they ended; so many of them. */
const MOST_ENDED = 100;
/** How a watch ends that is no longer needed. */
const ENDS = new Set(['XENSTORE_CLOSED', 'INTERRUPTED']);

export interface ConsoledInit {
  readonly machine: Machine;
  readonly store: Xenstore;
  /** The folder of its log files. */
  readonly root: string;
  /** Consoles are ptys and have log files. Without it there is only their text. */
  readonly ptys: boolean;
  readonly onWarning: (message: string) => void;
}

/**
 * xenconsoled: when a domain has been introduced and xenstore describes its console, it maps the ring and writes
 * to xenstore where the console is; when
 * the domain dies it unmaps the ring. Until then the domain cannot go.
 */
export class Consoled implements AsyncDisposable {
  readonly #init: ConsoledInit;
  readonly #consoles = new Map<number, DomainConsole>();
  /** Domains that have been introduced and whose console the toolstack has yet to describe. */
  readonly #expected = new Map<number, AbortController>();
  readonly #ended: number[] = [];
  readonly #watching: Promise<unknown>;
  readonly #stopListening: () => void;
  /** One thing after the other: the last of them. */
  #work: Promise<void> = Promise.resolve();

  constructor(init: ConsoledInit) {
    this.#init = init;
    this.#stopListening = init.machine.onEvent(({ type, domid }) => {
      if (type === 'created') this.#consoles.delete(domid); // that was of an earlier domain
    });
    const specials = ['@introduceDomain', '@releaseDomain'];
    this.#watching = Promise.all(specials.map((path) => this.#watch(path, () => this.#lookAround())));
  }

  /** The console of a domain, served already or not. */
  of(domid: number): DomainConsole {
    let console = this.#consoles.get(domid);
    if (console === undefined) this.#consoles.set(domid, (console = new DomainConsole()));
    return console;
  }

  /** The console of the latest domain of this name. */
  named(name: string): DomainConsole | undefined {
    return [...this.#consoles.values()].findLast((console) => console.name === name);
  }

  /** Resolves when it has done what was to be done about domains that came or went until now. */
  async settled(): Promise<void> {
    await this.#init.store.read('/'); // the events of all that has happened are before the answer
    for (let work; work !== this.#work;) {
      await macrotask();
      work = this.#work;
      await work;
    }
  }

  /** Call it when the connection to xenstore has been closed, which is how it hears of the end. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopListening();
    await this.#watching;
    await this.#work;
    await Promise.all([...this.#consoles.values()].map((console) => console.end()));
  }

  /** Does this at each event, until the signal fires or the connection ends, and with it the host. */
  async #watch(path: string, task: () => Promise<void>, signal?: AbortSignal): Promise<void> {
    try {
      await using watch = this.#init.store.watch(path, { signal });
      while ((await watch.next()).done !== true) {
        this.#work = this.#work.then(task).catch((thrown: unknown) => this.#warn(path, thrown));
        await this.#work;
      }
    } catch (thrown) {
      this.#warn(path, thrown);
    }
  }

  #warn(path: string, thrown: unknown): void {
    if (thrown instanceof VmToolsError && ENDS.has(thrown.code)) return;
    this.#init.onWarning(`xenconsoled failed at a change of ${path}: ${messageOf(thrown)}`);
  }

  /** As xenconsoled does it: both special events say only that something has changed. */
  async #lookAround(): Promise<void> {
    const { domains } = this.#init.machine;
    const isAlive = (domid: number): boolean => domains.get(domid)?.isDying === false;
    for (const [domid, console] of this.#consoles) {
      if (console.isServed && !isAlive(domid)) await this.#end(domid, console);
    }
    for (const domid of this.#expected.keys()) if (!isAlive(domid)) this.#forget(domid);
    for (const domid of domains.keys()) {
      const isKnown = this.#expected.has(domid) || this.#consoles.get(domid)?.isServed === true;
      if (domid === 0 || isKnown || !isAlive(domid)) continue;
      const described = new AbortController();
      this.#expected.set(domid, described);
      void this.#watch(`/local/domain/${domid}/console`, () => this.#serve(domid), described.signal);
    }
  }

  #forget(domid: number): void {
    this.#expected.get(domid)?.abort();
    this.#expected.delete(domid);
  }

  async #serve(domid: number): Promise<void> {
    const { machine, store, root, ptys } = this.#init;
    const path = `/local/domain/${domid}`;
    const nodes = ['console/ring-ref', 'console/port', 'name'];
    const [ring, port, name] = await Promise.all(nodes.map((node) => store.read(`${path}/${node}`)));
    if (!this.#expected.has(domid) || ring === undefined || port === undefined) return;
    const pty = ptys ? await this.#openPty(domid) : undefined;
    this.#forget(domid);
    if (machine.domains.get(domid)?.isDying !== false) {
      pty?.[Symbol.dispose]();
      return;
    }
    this.of(domid).serve({
      name: name ?? '',
      pty,
      log: ptys ? new ConsoleLog(logPath(root, name ?? String(domid))) : undefined,
      release: machine.holdPages(domid),
    });
    await store.transaction(async (tx) => {
      // A console that a toolstack removes in this moment must not come back.
      if ((await tx.read(`${path}/console/ring-ref`)) === undefined) return;
      await tx.write(`${path}/console/tty`, pty?.path ?? join(root, 'dev/pts', String(domid)));
    });
  }

  async #openPty(domid: number): Promise<Pty | undefined> {
    try {
      return await openPty();
    } catch (thrown) {
      this.#init.onWarning(`domain ${domid} has no console: ${messageOf(thrown)}`);
      return undefined;
    }
  }

  async #end(domid: number, console: DomainConsole): Promise<void> {
    await console.end();
    this.#ended.push(domid);
    const oldest = this.#ended.length > MOST_ENDED ? this.#ended.shift() : undefined;
    if (oldest !== undefined && this.#consoles.get(oldest)?.isServed === false) this.#consoles.delete(oldest);
  }
}

function logPath(root: string, name: string): string {
  return join(root, 'var/log/xen/console', `guest-${name.replaceAll(/[^\w.-]/g, '_')}.log`);
}
