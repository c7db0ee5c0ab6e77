import { VmToolsError } from '@vm-tools/errors';
import { systemClock } from '@vm-tools/ratelimit';
import { Guest } from './guest.ts';
import type { GuestModel } from './model/model.ts';
import { parseWords } from './model/parse-model.ts';
import { changeWordsSchema, type WrittenWords } from './model/words.ts';
import { readStatePage } from './pages/state-page.ts';
import type { GuestWorld } from './world.ts';

/** The state of a guest, and its work so far. */
export interface GuestStatus {
  readonly model: GuestModel;
  /** lines on its console */
  readonly ticks: number;
  /** how long it has run, in whatever domain */
  readonly ranMs: number;
  /** pages written since boot */
  readonly writtenPages: number;
  readonly workingSetPages: number;
  /** For how long it stood still, by its own account, before it ran on the last time; 0 if it never did. */
  readonly lastGapMs: number;
  readonly longestGapMs: number;
}

/** The words that may be changed while a guest runs. */
export type GuestChange = Omit<WrittenWords, 'tick' | 'seed'>;

/** The guests of a simulated host. */
export interface Guests {
  /** Whether one of them has something to do with its devices that needs no time. */
  readonly isBusy: boolean;
  /** Undefined when the domain has no guest of ours, or it has not booted yet. */
  statusOf(domid: number): GuestStatus | undefined;
  modelOf(domid: number): GuestModel | undefined;
  /** 0 when it has not booted */
  ticksOf(domid: number): number;
  /** @throws VmToolsError XEN_SIM_NO_GUEST, or XEN_SIM_GUEST_MODEL for words that mean nothing */
  change(domid: number, words: GuestChange): void;
  /** Lets all guests go as they are; domains and their memory stay. */
  stop(): Promise<void>;
}

/** From now on each domain that begins to run with a simulated guest in its memory does what that guest would do. */
export function startGuests(world: GuestWorld): Guests {
  const { machine } = world;
  const guests = new Map<number, Guest>();
  const endings = new Set<Promise<void>>();
  const wallMs = world.wallMs ?? wallOf(world);

  const end = (domid: number): void => {
    const guest = guests.get(domid);
    if (guest === undefined) return;
    guests.delete(domid);
    const ending = guest.end().finally(() => endings.delete(ending));
    endings.add(ending);
  };
  const look = (domid: number): void => {
    const domain = machine.domains.get(domid);
    if (domain === undefined || domain.isDying) {
      end(domid);
      return;
    }
    if (!guests.has(domid) && domain.isRunning) {
      const page = readStatePage(domain.memory);
      if (page !== undefined) guests.set(domid, new Guest(world, wallMs, domain, page));
    }
    guests.get(domid)?.look();
  };
  const stopListening = machine.onEvent(({ type, domid }) => {
    look(domid);
    if (type === 'log-dirty' && machine.domains.get(domid)?.memory.isLogDirty === true)
      void guests.get(domid)?.enterPrecopy();
  });
  for (const domid of machine.domains.keys()) look(domid);

  const statusOf: Guests['statusOf'] = (domid) => {
    const state = guests.get(domid)?.state;
    if (state === undefined) return undefined;
    const { model, ticks, ranMs, writes, set, lastGapMs, longestGapMs } = state;
    return { model, ticks, ranMs, writtenPages: writes, workingSetPages: set.pages, lastGapMs, longestGapMs };
  };
  return {
    get isBusy() {
      return [...guests.values()].some((guest) => guest.isBusy);
    },
    statusOf,
    modelOf: (domid) => statusOf(domid)?.model,
    ticksOf: (domid) => statusOf(domid)?.ticks ?? 0,
    change(domid, words) {
      const changed = parseWords(words, changeWordsSchema);
      if (guests.get(domid)?.change(changed) === true) return;
      throw new VmToolsError({
        code: 'XEN_SIM_NO_GUEST',
        kind: 'no-domain',
        message: `domain ${domid} has no simulated guest that has booted`,
        hint: 'unpause it first; an image of a real Xen is memory alone and does nothing',
      });
    },
    async stop() {
      stopListening();
      for (const domid of [...guests.keys()]) end(domid);
      await Promise.all(endings);
    },
  };
}

/** The system's clock counts from when this process began; two hosts in two processes must agree. */
function wallOf({ clock }: GuestWorld): () => number {
  return clock === systemClock ? () => performance.timeOrigin + clock.now() : () => clock.now();
}
