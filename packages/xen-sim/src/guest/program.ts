import type { GuestProgram, MachineDomain } from '../machine/index.ts';
import { PAGE_BYTES, type GuestMemory } from '../memory/index.ts';
import type { GuestModel } from './model/model.ts';
import { ticksAt, writeStatePage, type GuestState } from './pages/state-page.ts';
import { fillSet, layOut, writeSet } from './pages/working-set.ts';

/** The rate at which a vCPU copies pages within its memory. */
const BYTES_PER_VCPU_SECOND = 4 * 2 ** 30;
const IDLE_LOAD = 0.001;

/** The first state of a guest, and the memory that goes with it. Fields are in the order in which they are read back. */
export function bootState(memory: GuestMemory, model: GuestModel, wallMs: number): GuestState {
  const set = layOut(memory, model.workingSet);
  fillSet(memory, set, model);
  const state: GuestState = {
    model,
    ranMs: 0,
    ticks: ticksAt(0, model),
    writes: 0,
    since: { ranMs: 0, writes: 0 },
    set,
    lastRanAtMs: wallMs,
    lastGapMs: 0,
    longestGapMs: 0,
  };
  writeStatePage(memory, { state });
  return state;
}

/** A guest's work on its memory: a function of how long it has run, computed when the memory is looked at. */
export class Program implements GuestProgram {
  readonly #domain: MachineDomain;
  readonly #wallMs: () => number;
  readonly #onTick: (tick: number, ranMs: number) => void;
  readonly #onNmi: (vcpu: number) => void;
  /** how long it had run before it came to this domain */
  readonly #earlierMs: number;
  #state: GuestState;

  constructor(
    domain: MachineDomain,
    state: GuestState,
    options: {
      wallMs: () => number;
      onTick: (tick: number, ranMs: number) => void;
      onNmi?: (vcpu: number) => void;
    },
  ) {
    this.#domain = domain;
    this.#wallMs = options.wallMs;
    this.#onTick = options.onTick;
    this.#onNmi = options.onNmi ?? (() => undefined);
    this.#earlierMs = state.ranMs;
    this.#state = state;
  }

  /** As of the last look. */
  get state(): GuestState {
    return this.#state;
  }

  get #ranMs(): number {
    return this.#earlierMs + this.#domain.runtimeMs();
  }

  /** Ms of running until it writes the next line on its console. */
  get untilTickMs(): number {
    return this.#state.ticks * this.#state.model.tickMs - this.#ranMs;
  }

  catchUp(): void {
    const ranMs = this.#ranMs;
    const { model, since, set, ...before } = this.#state;
    if (ranMs <= before.ranMs) return;
    const pagesPerMs = (this.#domain.pace * model.dirtyRate) / PAGE_BYTES / 1000;
    const writes = since.writes + Math.floor((ranMs - since.ranMs) * pagesPerMs);
    const ticks = ticksAt(ranMs, model);
    writeSet(this.#domain.memory, set, model, before.writes, writes);
    this.#keep({ ranMs, writes, ticks, lastRanAtMs: this.#wallMs() });
    for (let tick = before.ticks; tick < ticks; tick += 1) this.#onTick(tick + 1, tick * model.tickMs);
  }

  nmi(vcpu: number): void {
    this.#onNmi(vcpu);
  }

  /** The vCPUs run again. @returns for how long they had not, ms by the wall clock */
  wake(): number {
    const now = this.#wallMs();
    const gapMs = Math.max(0, now - this.#state.lastRanAtMs);
    const longestGapMs = Math.max(gapMs, this.#state.longestGapMs);
    this.#keep({ lastRanAtMs: now, lastGapMs: gapMs, longestGapMs });
    return gapMs;
  }

  /** Another model from now on. Another working set is filled as at boot. */
  change(model: GuestModel): void {
    this.catchUp();
    const { ranMs, writes, model: before } = this.#state;
    const { memory } = this.#domain;
    let { set } = this.#state;
    if (model.workingSet !== before.workingSet || model.entropy !== before.entropy) {
      set = layOut(memory, model.workingSet);
      fillSet(memory, set, model);
    }
    this.#keep({ model, set, since: { ranMs, writes } });
  }

  paceChanged(): void {
    const { ranMs, writes } = this.#state;
    this.#keep({ since: { ranMs, writes } });
  }

  load(): number {
    return Math.min(1, IDLE_LOAD + this.#state.model.dirtyRate / BYTES_PER_VCPU_SECOND);
  }

  #keep(changed: Partial<GuestState>): void {
    this.#state = { ...this.#state, ...changed };
    writeStatePage(this.#domain.memory, { state: this.#state });
  }
}
