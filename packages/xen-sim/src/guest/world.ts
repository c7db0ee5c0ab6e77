import type { Clock } from '@vm-tools/ratelimit';
import type { Xenstore } from '@vm-tools/xenstore';
import type { Machine } from '../machine/index.ts';
import type { Scenario } from './scenario.ts';

/** The guest's end of its console. */
export interface GuestConsole {
  write(text: string): void;
  /** @returns what makes it stop listening */
  onInput(listener: (bytes: Buffer) => void): () => void;
}

/** All that guests live in. */
export interface GuestWorld {
  readonly machine: Machine;
  readonly clock: Clock;
  readonly scenario?: Pick<Scenario, 'guests'> | undefined;
  readonly seed: number;
  /** Connects as the guest, with the guest's permissions. */
  readonly connectStore: (domid: number) => Promise<Xenstore>;
  readonly nameOf: (domid: number) => Promise<string | undefined>;
  readonly console: (domid: number) => GuestConsole;
  /**
   * Ms since an epoch that all hosts share, by which a guest tells for how long it stood still.
   * @default real time with the system's clock, else the clock itself
   */
  readonly wallMs?: () => number;
}
