import { VmToolsError } from '@vm-tools/errors';
import { Lobby } from './lobby.ts';
import { OfferRoom } from './offer-room.ts';
import { WaitingForGo } from './waiting-for-go.ts';

/**
 * Shared by all listeners of a process: the lobby in which connections wait, the places for guests, the numbers of
 * their sessions, and the guests that wait for GO. A source that comes when all places are taken is refused at once,
 * while its guest still runs.
 */
export class Admission {
  readonly lobby = new Lobby();
  readonly offers = new OfferRoom();
  readonly waitingForGo = new WaitingForGo();
  /** Guests that may be received at the same time. A lower number does not end transfers that have a place already. */
  places: number;
  /** Of these, what one peer may have: the others are kept for others. */
  placesPerPeer: number;
  readonly #active: (string | undefined)[] = [];
  #sessions = 0;

  /** @param places @default 4; @param placesPerPeer @default all */
  constructor(places = 4, placesPerPeer = Infinity) {
    this.places = places;
    this.placesPerPeer = placesPerPeer;
  }

  /** Places that are taken now. */
  get active(): number {
    return this.#active.length;
  }

  /** The number of a new session, from 1. */
  nextSession(): number {
    return (this.#sessions += 1);
  }

  /**
   * Takes a place, until it is disposed of.
   * @param who the peer that sends the guest, where it is known
   * @throws VmToolsError XFR_BUSY of kind resource
   */
  enter(who?: string): Disposable {
    const { places, placesPerPeer } = this;
    const own = this.#active.filter((other) => who !== undefined && other === who).length;
    if (this.active >= places) throw busy(`${this.active} guests`, { places });
    if (own >= placesPerPeer) throw busy(`${own} guests of ${who}`, { placesPerPeer });
    this.#active.push(who);
    return { [Symbol.dispose]: () => void this.#active.splice(this.#active.indexOf(who), 1) };
  }
}

function busy(what: string, details: Readonly<Record<string, number>>): VmToolsError {
  return new VmToolsError({
    code: 'XFR_BUSY',
    kind: 'resource',
    message: `${what} are being received already`,
    hint: 'try again when one of them is through',
    details,
  });
}
