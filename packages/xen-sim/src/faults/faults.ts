import { abortError } from '@vm-tools/errors';
import { systemClock, type Clock } from '@vm-tools/ratelimit';
import { refuse } from '../machine/refuse.ts';
import { libxcName } from './calls.ts';
import type { FaultPoint, StreamFault } from './fault-point.ts';
import { matchesCall, type FaultRule } from './rule.ts';

interface AddedRule {
  readonly rule: FaultRule;
  /** Fires when the rule is removed: calls that hang on it go on. */
  readonly removed: AbortController;
  /** calls that it matched */
  seen: number;
}

/** Faults by rules, which may come and go while calls are made. */
export class Faults implements FaultPoint {
  readonly #clock: Clock;
  readonly #rules = new Map<number, AddedRule>();
  readonly #calls = new Map<string, number>();
  #lastId = 0;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** How often each call was made. */
  get calls(): ReadonlyMap<string, number> {
    return this.#calls;
  }

  get rules(): readonly (FaultRule & { readonly id: number })[] {
    return [...this.#rules].map(([id, { rule }]) => ({ id, ...rule }));
  }

  /** @returns what `remove` takes */
  add(rule: FaultRule): number {
    this.#lastId += 1;
    this.#rules.set(this.#lastId, { rule, removed: new AbortController(), seen: 0 });
    return this.#lastId;
  }

  /** Calls that hang because of the rule go on. */
  remove(id: number): void {
    this.#rules.get(id)?.removed.abort();
    this.#rules.delete(id);
  }

  clear(): void {
    for (const id of this.#rules.keys()) this.remove(id);
  }

  before(call: string, domid?: number, signal?: AbortSignal): Promise<void> {
    return this.ifDue(call, domid, signal) ?? Promise.resolve();
  }

  /** As `before`, for calls that have no time to wait for nothing: undefined when no rule concerns this call. */
  ifDue(call: string, domid?: number, signal?: AbortSignal): Promise<void> | undefined {
    this.#calls.set(call, (this.#calls.get(call) ?? 0) + 1);
    return this.ofItself(call, domid, signal);
  }

  /**
   * As `ifDue`, for what a backend does by itself: no toolstack has called it, so it is not counted in `calls`.
   *
   * @param signal fires when it has gone
   */
  ofItself(call: string, domid?: number, signal?: AbortSignal): Promise<void> | undefined {
    // All rules count the call before any of them makes it wait.
    const due = this.#due(call, domid, ({ at = 'start' }) => at === 'start');
    return due.length === 0 ? undefined : this.#apply(due, call, domid, signal);
  }

  async #apply(
    due: readonly AddedRule[],
    call: string,
    domid: number | undefined,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    for (const { rule, removed } of due) {
      if (rule.delayMs !== undefined) await this.#clock.sleep(rule.delayMs, signal);
      if (rule.hang) await hang(call, removed.signal, signal);
      if (rule.errno !== undefined) throw refuse(libxcName(call), rule.errno, domid);
    }
  }

  streamFault(call: string, domid?: number): StreamFault | undefined {
    const [first] = this.#due(call, domid, ({ at }) => typeof at === 'number');
    const { at, errno } = first?.rule ?? {};
    return typeof at === 'number' && errno !== undefined ? { afterBytes: at, errno } : undefined;
  }

  #due(call: string, domid: number | undefined, concerns: (rule: FaultRule) => boolean): AddedRule[] {
    return [...this.#rules.values()].filter((added) => {
      const { rule } = added;
      if (!concerns(rule) || !matchesCall(rule.call, call)) return false;
      if (rule.domid !== undefined && rule.domid !== domid) return false;
      added.seen += 1;
      const first = rule.nth ?? 1;
      return added.seen >= first && added.seen < first + (rule.times ?? 1);
    });
  }
}

async function hang(call: string, removed: AbortSignal, signal: AbortSignal | undefined): Promise<void> {
  const either = signal === undefined ? removed : AbortSignal.any([removed, signal]);
  if (!either.aborted) {
    await new Promise((resolve) => either.addEventListener('abort', resolve, { once: true }));
  }
  if (signal?.aborted) throw abortError(signal, `${call} hangs`);
}
