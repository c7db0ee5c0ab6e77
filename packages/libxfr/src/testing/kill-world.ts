import { setImmediate as macrotask } from 'node:timers/promises';
import { duplexPair, type Duplex, type Readable, type Writable } from 'node:stream';
import { VmToolsError } from '@vm-tools/errors';
import { ManualClock } from '@vm-tools/ratelimit';
import { stepName, type TransferStep } from '../commit/step.ts';
import type { Journals } from '../journal/journals.ts';
import { diskStorage } from '../journal/storage/disk-storage.ts';
import { MemoryStorage } from '../journal/storage/memory-storage.ts';
import type { JournalFile, JournalStorage } from '../journal/storage/storage.ts';
import { storedJournals } from '../journal/stored-journals.ts';
import type { GuestFinder, Offer, SaveControl, SaveReport, Source, Target } from '@vm-tools/ports';
import type { Connection } from '../protocol/connection.ts';
import { recoverTransfers } from '../recovery/recover-transfers.ts';
import { sendToPeer } from '../source/send.ts';
import { receiveFromPeer } from '../target/receive.ts';
import { WaitingForGo } from '../target/waiting-for-go.ts';
import { CrashDisk } from './crash-disk.ts';

export type SideName = 'source' | 'target';

/**
 * A fault at a point: a process is killed, and the power of its host with it as far as its journals go, the network
 * drops what it carries, the next line of the journal does not get to the disk, or it does and the process cannot tell.
 */
export type Fault = 'kill source' | 'kill target' | 'cut link' | 'full disk' | 'broken disk';

export interface Plan {
  /** by the name and number of a step: "source after journal committed 1" */
  readonly faults: Readonly<Record<string, Fault>>;
  readonly startFails?: boolean;
  readonly restoreFails?: boolean;
  /** the step at which the user cancels */
  readonly cancelAt?: string;
}

/** The next step of a process that has been killed. */
const never = new Promise<never>(() => undefined);

/** After so long a killed process is there again. */
const RESTART_MS = 2000;
const SLOW_MS = 5000;
const DAY_MS = 24 * 3600 * 1000;
const OFFER: Offer = {
  name: 'web1',
  uuid: '0f0e0d0c-0b0a-0908-0706-050403020100',
  type: 'pvh',
  memoryBytes: 3000,
  maxMemoryBytes: 3000,
  vcpus: 1,
  live: true,
  xen: '4.17.7',
  configJson: '{}',
};

/** Journals that lose at a crash what was not synced; locks are the kernel's. */
function keptOn(disk: CrashDisk): JournalStorage {
  const locks = new MemoryStorage();
  return { ...diskStorage('/var/lib/transfers', disk), lock: (key) => locks.lock(key) };
}

/** A process of the toolstack. Killed, it does nothing more, and everything that the kernel held for it is freed. */
class Process {
  isDead = false;
  /** The fault of the disk, for one write. */
  disk: 'full disk' | 'broken disk' | undefined;
  readonly locks = new Set<AsyncDisposable>();
  readonly streams = new Set<Duplex>();

  /** Does it, unless the process is dead; then it never comes back. */
  async alive<T>(run: () => T | Promise<T>): Promise<T> {
    await this.#ifAlive();
    const result = await run();
    await this.#ifAlive();
    return result;
  }

  #ifAlive(): Promise<void> {
    return this.isDead ? never : Promise.resolve();
  }

  kill(): void {
    this.isDead = true;
    for (const lock of this.locks) void lock[Symbol.asyncDispose]();
    for (const stream of this.streams) stream.destroy();
  }

  /** Its view of a disk that outlives it. */
  storage(disk: JournalStorage): JournalStorage {
    const file = (inner: JournalFile): JournalFile => ({
      append: (bytes) =>
        this.alive(async () => {
          if (this.disk !== 'full disk') await inner.append(bytes);
          if (this.disk !== undefined) throw new Error('the disk is bad');
        }),
      truncate: (length) =>
        this.alive(async () => {
          const { disk } = this;
          this.disk = undefined;
          if (disk === 'broken disk') throw new Error('the disk is bad');
          await inner.truncate(length);
        }),
      close: () => this.alive(() => inner.close()),
    });
    return {
      names: () => this.alive(() => disk.names()),
      read: (name) => this.alive(() => disk.read(name)),
      create: async (name, bytes) => file(await this.alive(() => disk.create(name, bytes))),
      open: async (name, length) => file(await this.alive(() => disk.open(name, length))),
      remove: (name) => this.alive(() => disk.remove(name)),
      lock: (key) =>
        this.alive(async () => {
          const lock = await disk.lock(key);
          if (lock === undefined) return undefined;
          const held: AsyncDisposable = {
            [Symbol.asyncDispose]: async () => {
              if (this.locks.delete(held)) await lock[Symbol.asyncDispose]();
            },
          };
          this.locks.add(held);
          return held;
        }),
    };
  }
}

/**
 * Two hosts, a guest and a network, with a plan of what goes wrong when. Hypervisors and disks outlive everything;
 * processes come back some time after they were killed and recover what they find. Time is made.
 */
export class KillWorld {
  readonly steps: string[] = [];
  readonly guests = { source: 'running', target: 'absent' };
  readonly clock = new ManualClock();
  /** true as soon as two copies have been running at the same moment */
  wasDouble = false;
  /** how the sending ended; undefined when its process was killed */
  sent: string | undefined;
  readonly #plan: Plan;
  readonly #counts = new Map<string, number>();
  readonly #disks = { source: new CrashDisk(), target: new CrashDisk() };
  readonly #kept = { source: keptOn(this.#disks.source), target: keptOn(this.#disks.target) };
  readonly #links = new Set<Duplex>();
  readonly #cancel = new AbortController();
  #waitingForGo = new WaitingForGo();
  #processes = { source: new Process(), target: new Process() };
  #daysLater = 0;
  /** what is under way and will come to an end by itself */
  #pending = 0;

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  /** The whole story: a transfer, whatever goes wrong, restarts, and the end of it a day later. */
  async run(): Promise<this> {
    this.#begin(this.#send(this.#processes.source));
    await this.#settled();
    for (let round = 0; round < 3; round += 1) {
      for (const side of ['target', 'source'] as const) this.#begin(this.#recover(side));
      await this.#settled();
      this.#daysLater += 1;
    }
    return this;
  }

  async records(side: SideName): Promise<readonly string[]> {
    const { records } = await storedJournals(this.#kept[side]).list();
    return records.map(({ state, isEnded }) => (isEnded ? state : `${state}!`));
  }

  #begin(work: Promise<unknown>): void {
    this.#pending += 1;
    void work.catch(() => undefined).finally(() => (this.#pending -= 1));
  }

  /** Lets everything happen that can; time goes on only when nothing else does. */
  async #settled(): Promise<void> {
    for (let idle = 0; idle < 3;) {
      for (let turn = 0; turn < 25; turn += 1) await macrotask();
      const next = this.clock.untilNext;
      if (next === undefined) idle += 1;
      else await this.clock.advance(next);
    }
  }

  #now = (): number => 1.7e12 + this.#daysLater * DAY_MS + this.clock.now();

  #journals(side: SideName, process: Process): Journals {
    return storedJournals(process.storage(this.#kept[side]), { now: this.#now });
  }

  #onStep(process: Process): (step: TransferStep) => Promise<void> {
    return (step) =>
      process.alive(() => {
        const name = stepName(step);
        const count = (this.#counts.get(name) ?? 0) + 1;
        this.#counts.set(name, count);
        const numbered = `${name} ${count}`;
        this.steps.push(numbered);
        if (numbered === this.#plan.cancelAt) this.#cancel.abort();
        const fault = this.#plan.faults[numbered];
        if (fault === undefined) return;
        if (fault === 'cut link') for (const stream of this.#links) stream.destroy();
        else if (fault === 'full disk' || fault === 'broken disk') process.disk = fault;
        else this.#kill(fault === 'kill source' ? 'source' : 'target');
        // The side that survives stays at this point for a while, as on a slow disk, and the other side goes on.
        return this.clock.sleep(SLOW_MS);
      });
  }

  #kill(side: SideName): void {
    this.#processes[side].kill();
    this.#disks[side].crash();
    this.#processes[side] = new Process();
    this.#processes[side].isDead = true; // it has not been started yet
    if (side === 'target') this.#waitingForGo = new WaitingForGo();
    this.#begin(this.clock.sleep(RESTART_MS).then(() => this.#recover(side)));
  }

  async #recover(side: SideName): Promise<void> {
    if (this.#processes[side].isDead) this.#processes[side] = new Process();
    const process = this.#processes[side];
    await recoverTransfers({
      journals: this.#journals(side, process),
      finder: this.#finder(process),
      ...(side === 'source' ? { reconnect: (_, signal) => this.#connect(process, signal) } : {}),
      timeouts: { lingerMs: 20 },
      clock: this.clock,
      now: this.#now,
      onStep: this.#onStep(process),
    });
  }

  async #send(process: Process): Promise<void> {
    const sent = sendToPeer(this.#source(process), await this.#connect(process), {
      journals: this.#journals('source', process),
      reconnect: (_, signal) => this.#connect(process, signal),
      timeouts: { lingerMs: 20 },
      clock: this.clock,
      signal: this.#cancel.signal,
      onStep: this.#onStep(process),
    });
    await sent.then(
      () => (this.sent = 'moved'),
      (thrown: unknown) => (this.sent = (thrown as VmToolsError).code),
    );
  }

  /** The target's daemon takes the other end. */
  async #connect(from: Process, signal?: AbortSignal): Promise<Connection> {
    if (from.isDead) return never;
    signal?.throwIfAborted();
    const process = this.#processes.target;
    if (process.isDead)
      throw new VmToolsError({ code: 'XFR_UNREACHABLE', kind: 'peer', message: 'no listener' });
    const [near, far] = duplexPair();
    for (const [stream, owner, other] of [
      [near, from, far],
      [far, process, near],
    ] as const) {
      owner.streams.add(stream);
      this.#links.add(stream);
      stream.on('error', () => undefined);
      stream.on('close', () => other.destroy());
    }
    this.#begin(
      receiveFromPeer({ stream: far, peer: 'source', isConfidential: true }, () => this.#target(process), {
        journals: this.#journals('target', process),
        waitingForGo: this.#waitingForGo,
        timeouts: { lingerMs: 20 },
        clock: this.clock,
        onStep: this.#onStep(process),
      }),
    );
    return { stream: near, peer: 'target', isConfidential: true };
  }

  #become(side: SideName, state: string): void {
    this.guests[side] = state;
    if (this.guests.source === 'running' && this.guests.target === 'running') this.wasDouble = true;
  }

  #source(process: Process): Source {
    const halfway = this.#halfway(process, 'source');
    const save = async (sink: Writable, { signal }: SaveControl): Promise<SaveReport> => {
      try {
        sink.write(Buffer.alloc(1000, 1));
        await process.alive(macrotask);
        this.#become('source', 'suspended');
        await halfway();
        sink.write(Buffer.alloc(2000, 2));
        await process.alive(macrotask);
        signal.throwIfAborted();
        sink.end();
        return { iterations: 1, pages: 1, bytes: 3000, suspendedAt: performance.now() };
      } catch (thrown) {
        await process.alive(() => this.#become('source', 'running'));
        throw thrown;
      }
    };
    return {
      domid: 3,
      describe: () => process.alive(() => OFFER),
      check: () => process.alive(() => []),
      save,
      confirm: () =>
        process.alive(() => {
          if (this.guests.source !== 'suspended') throw this.#changed();
        }),
      resume: () => process.alive(() => this.#become('source', 'running')),
      destroy: () => process.alive(() => this.#become('source', 'absent')),
    };
  }

  #changed(): VmToolsError {
    const now = this.guests.source;
    return new VmToolsError({ code: 'GUEST_CHANGED', message: `the guest is ${now}`, details: { now } });
  }

  /** A point in the middle of what is done to a guest. */
  #halfway(process: Process, side: SideName): () => Promise<void> {
    const onStep = this.#onStep(process);
    return () => onStep({ side, when: 'before', kind: 'guest', name: 'second half', id: '' });
  }

  #target(process: Process): Target {
    const halfway = this.#halfway(process, 'target');
    const fail = (): never => {
      throw new VmToolsError({ code: 'DOMAIN_NO_MEMORY', kind: 'resource', message: 'no memory' });
    };
    return {
      domid: 7,
      check: () => process.alive(() => []),
      reserve: () => process.alive(() => undefined),
      restore: async (stream: Readable) => {
        await process.alive(() => this.#become('target', 'paused'));
        await halfway();
        for await (const chunk of stream as AsyncIterable<Buffer>) await process.alive(() => chunk.length);
        await process.alive(() => (this.#plan.restoreFails ? fail() : undefined));
      },
      start: () => this.#start(process),
      abandon: () => process.alive(() => this.#become('target', 'absent')),
    };
  }

  #start(process: Process): Promise<{ domid: number }> {
    return process.alive(() => {
      // A start that fails has worked for a moment: the worst that it can do.
      this.#become('target', 'running');
      if (!this.#plan.startFails) return { domid: 7 };
      throw new VmToolsError({ code: 'DOMAIN_BROKEN', message: 'it does not start' });
    });
  }

  #finder(process: Process): GuestFinder {
    return {
      findSource: () =>
        process.alive(() => (this.guests.source === 'absent' ? undefined : this.#source(process))),
      findTarget: () =>
        process.alive(() => {
          const { target } = this.guests;
          if (target === 'absent') return undefined;
          const made = this.#target(process);
          const state = target === 'running' ? 'running' : 'paused';
          return { state, abandon: () => made.abandon(), start: () => this.#start(process) };
        }),
    };
  }
}
