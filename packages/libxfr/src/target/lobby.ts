import { VmToolsError } from '@vm-tools/errors';

/** How many connections may wait at the same time: those over which no guest is being received. */
export interface LobbyLimits {
  /** that have not yet shown who they are. @default 256 */
  readonly unknown: number;
  /** of these, from one address. @default 64 */
  readonly perAddress: number;
  /** of one peer that is known. @default 32 */
  readonly perPeer: number;
}

/** The defaults. */
export const DEFAULT_LOBBY: LobbyLimits = { unknown: 256, perAddress: 64, perPeer: 32 };

/** A connection that waits, until it is disposed of: because it has ended, or has got a place. */
export interface Waiting extends Disposable {
  /**
   * From now on it is one of this peer's, and no connection of others pushes it out.
   * @throws VmToolsError XFR_CROWDED of kind resource, when too many of them wait already
   */
  know(who: string): void;
}

interface Entry {
  readonly address: string;
  readonly drop: (why: VmToolsError) => void;
  who?: string;
}

/**
 * The lobby in which connections wait. Calling costs nothing, so an unknown caller pushes out the oldest unknown one,
 * of its own address first. A peer that shows who it is in time is not hindered by thousands that do not.
 */
export class Lobby {
  limits: LobbyLimits;
  /** the oldest first */
  readonly #waiting = new Set<Entry>();

  constructor(limits: Partial<LobbyLimits> = {}) {
    this.limits = { ...DEFAULT_LOBBY, ...limits };
  }

  /**
   * @param address from where it comes, without the port
   * @param drop ends it when there is no room
   */
  enter(address: string, drop: (why: VmToolsError) => void): Waiting {
    const { unknown, perAddress } = this.limits;
    const isUnknown = ({ who }: Entry): boolean => who === undefined;
    this.#makeRoom((entry) => isUnknown(entry) && entry.address === address, perAddress);
    this.#makeRoom(isUnknown, unknown);
    const entry: Entry = { address, drop };
    this.#waiting.add(entry);
    return {
      know: (who) => {
        const { perPeer } = this.limits;
        if (this.#of((other) => other.who === who).length >= perPeer) throw crowded(`${who} has ${perPeer}`);
        entry.who = who;
      },
      [Symbol.dispose]: () => void this.#waiting.delete(entry),
    };
  }

  #of(isMeant: (entry: Entry) => boolean): Entry[] {
    return [...this.#waiting].filter(isMeant);
  }

  #makeRoom(isMeant: (entry: Entry) => boolean, most: number): void {
    const entries = this.#of(isMeant);
    for (const entry of entries.slice(0, Math.max(0, entries.length - most + 1))) {
      this.#waiting.delete(entry);
      entry.drop(crowded(`there are ${most}`));
    }
  }
}

function crowded(why: string): VmToolsError {
  return new VmToolsError({
    code: 'XFR_CROWDED',
    kind: 'resource',
    message: `no room for one more connection that waits: ${why} already`,
    hint: 'try again; if that happens often, see the log for the callers, and raise the limits of [connections]',
  });
}
