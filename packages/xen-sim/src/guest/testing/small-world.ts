import { setImmediate as macrotask } from 'node:timers/promises';
import { ManualClock } from '@vm-tools/ratelimit';
import { connectXenstore, type Xenstore } from '@vm-tools/xenstore';
import { MemoryXenstored } from '@vm-tools/xenstore/server';
import type { MachineDomain } from '../../machine/index.ts';
import { Machine } from '../../machine/machine.ts';
import type { GuestMemory } from '../../memory/index.ts';
import { installProgram } from '../pages/state-page.ts';
import { startGuests, type Guests } from '../start-guests.ts';
import type { GuestWorld } from '../world.ts';

/** A machine, its xenstored and its guests, managed by the test alone. */
export class SmallWorld implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly machine = new Machine({ clock: this.clock });
  readonly guests: Guests;
  /** as dom0 */
  readonly store: Xenstore;
  readonly consoles = new Map<number, string>();
  readonly typing = new Map<number, (bytes: Buffer) => void>();
  /** how often a guest has connected to xenstored */
  connections = 0;

  static async make(more: Partial<GuestWorld> = {}): Promise<SmallWorld> {
    const xenstored = new MemoryXenstored();
    return new SmallWorld(xenstored, await connectXenstore({ stream: xenstored.connect() }), more);
  }

  private constructor(xenstored: MemoryXenstored, store: Xenstore, more: Partial<GuestWorld>) {
    this.store = store;
    this.guests = startGuests({
      machine: this.machine,
      clock: this.clock,
      seed: 1,
      connectStore: (domid) => {
        this.connections += 1;
        return connectXenstore({ stream: xenstored.connect(domid) });
      },
      nameOf: (domid) => store.read(`/local/domain/${domid}/name`),
      console: (domid) => ({
        write: (text) => void this.consoles.set(domid, this.consoleOf(domid) + text),
        onInput: (listener) => {
          this.typing.set(domid, listener);
          return () => void this.typing.delete(domid);
        },
      }),
      ...more,
    });
  }

  /** A domain of 16 MiB that is paused, with what `fill` puts into its memory. */
  async make(fill: (memory: GuestMemory) => void, name = 'web1'): Promise<MachineDomain> {
    const { machine, store } = this;
    const uuid = '5a0c8a0e-1c2f-4d55-9d0b-3d3c2f1f9a01';
    const domid = machine.domainCreate({ uuid, type: 'pvh', maxVcpus: 1 });
    machine.domainMaxVcpus(domid, 1);
    machine.domainSetmaxmem(domid, 16 * 1024);
    machine.populate(domid, 0, 4096);
    const domain = machine.requireDomain(domid, 'test');
    fill(domain.memory);
    machine.markBuilt(domid);
    await store.introduceDomain(domid, 1n, 1);
    const path = `/local/domain/${domid}`;
    await store.write(`${path}/name`, name);
    for (const word of ['shutdown', 'feature-suspend', 'feature-poweroff', 'feature-reboot']) {
      await store.write(`${path}/control/${word}`, '');
      await store.setPermissions(`${path}/control/${word}`, [{ domid, access: 'none' }]);
    }
    return domain;
  }

  /** A domain whose guest has just booted. */
  async boot(cmdline = '', name?: string): Promise<MachineDomain> {
    const domain = await this.make((memory) => installProgram(memory, cmdline), name);
    this.machine.domainUnpause(domain.domid);
    await this.settle();
    return domain;
  }

  /** Everything that needs no time has happened. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 30; turn += 1) await macrotask();
  }

  /** Lets time pass, and what it set off happen. */
  async pass(ms: number): Promise<void> {
    await this.clock.advance(ms);
    await this.settle();
  }

  async ask(domid: number, wish: string): Promise<void> {
    await this.store.write(`/local/domain/${domid}/control/shutdown`, wish);
    await this.settle();
  }

  wish(domid: number): Promise<string | undefined> {
    return this.store.read(`/local/domain/${domid}/control/shutdown`);
  }

  consoleOf(domid: number): string {
    return this.consoles.get(domid) ?? '';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.guests.stop();
    await this.store.close();
  }
}
