import type { Entropy } from '../../memory/index.ts';
import type { Manner } from './manner.ts';
import type { GuestWords } from './words.ts';

/** How a guest ends while it is moved. */
export type PrecopyEnd = 'crash' | 'reboot' | 'poweroff';

/** The behaviour of a simulated guest. */
export interface GuestModel {
  /** Bytes per second that it writes while it runs; 0 for an idle guest. @default 0 */
  readonly dirtyRate: number;
  /** Bytes that it writes over and over, filled once at boot. @default 64 MiB, or 0 for an idle guest */
  readonly workingSet: number;
  /** Share of its writes that go to the first eighth of the working set, 0 to 1. @default 0.125, evenly */
  readonly locality: number;
  /** The look of its pages to a compressor. @default 'random' */
  readonly entropy: Entropy;
  /** @default polite */
  readonly onSuspend: Manner;
  /** For poweroff and reboot. @default as onSuspend */
  readonly onShutdown: Manner;
  /** How it connects its devices, and lets go of them; polite, slow or rude. @default undefined, as polite */
  readonly onDevices?: Manner | undefined;
  /** How it ends by itself soon after its first round of precopy has begun. @default undefined, it does not */
  readonly inPrecopy?: PrecopyEnd | undefined;
  /** Ms between two lines on its console; 0 for none. @default 1000 */
  readonly tickMs: number;
  /** Unsigned, 32 bits. @default made of the world's seed and the guest's name */
  readonly seed: number;
}

const POLITE: Manner = { manner: 'polite', ms: 0 };
const DEFAULT_WORKING_SET = 64 * 2 ** 20;

/** A guest of which nothing was said. */
export const IDLE_MODEL: GuestModel = {
  dirtyRate: 0,
  workingSet: 0,
  locality: 0.125,
  entropy: 'random',
  onSuspend: POLITE,
  onShutdown: POLITE,
  tickMs: 1000,
  seed: 0,
};

/** The model that these words make of another one. */
export function applyWords(model: GuestModel, words: GuestWords): GuestModel {
  const dirtyRate = words.dirty ?? model.dirtyRate;
  const leastSet = dirtyRate > 0 && model.workingSet === 0 ? DEFAULT_WORKING_SET : model.workingSet;
  return {
    dirtyRate,
    workingSet: words.set ?? leastSet,
    locality: words.locality ?? model.locality,
    entropy: words.entropy ?? model.entropy,
    onSuspend: words.suspend ?? model.onSuspend,
    onShutdown: words.shutdown ?? words.suspend ?? model.onShutdown,
    onDevices: words.devices ?? model.onDevices,
    inPrecopy: words.precopy ?? model.inPrecopy,
    tickMs: words.tick ?? model.tickMs,
    seed: words.seed ?? model.seed,
  };
}
