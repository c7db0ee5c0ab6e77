import { VmToolsError } from '@vm-tools/errors';
import { Standby } from './standby.ts';

/**
 * What all listeners of a process have in common: the places for guests, the numbers of their sessions, and the guests
 * that wait for GO. Who comes when all places are taken is sent away at once, while his guest still runs.
 */
export class Reception {
  readonly standby = new Standby();
  /** Guests that may be received at the same time. Fewer than there are now send nobody away who is in already. */
  places: number;
  #active = 0;
  #sessions = 0;

  /** @param places @default 4 */
  constructor(places = 4) {
    this.places = places;
  }

  /** Places that are taken now. */
  get active(): number {
    return this.#active;
  }

  /** The number of a new session, from 1. */
  nextSession(): number {
    return (this.#sessions += 1);
  }

  /**
   * Takes a place, until it is disposed of.
   * @throws VmToolsError XFR_BUSY of kind resource
   */
  enter(): Disposable {
    const { places } = this;
    if (this.#active >= places) {
      throw new VmToolsError({
        code: 'XFR_BUSY',
        kind: 'resource',
        message: `${this.#active} guests are being received already`,
        hint: 'try again when one of them is through',
        details: { places },
      });
    }
    this.#active += 1;
    return { [Symbol.dispose]: () => void (this.#active -= 1) };
  }
}
