import { VmToolsError } from '@vm-tools/errors';

/** A number of places, and who comes when all are taken is sent away at once, while his guest still runs. */
export class Admission {
  readonly #places: number;
  #active = 0;

  constructor(places: number) {
    this.#places = places;
  }

  /** Places that are taken now. */
  get active(): number {
    return this.#active;
  }

  /**
   * Takes a place, until it is disposed of.
   * @throws VmToolsError XFR_BUSY of kind resource
   */
  enter(): Disposable {
    if (this.#active >= this.#places) {
      throw new VmToolsError({
        code: 'XFR_BUSY',
        kind: 'resource',
        message: `${this.#places} guests are being received already`,
        hint: 'try again when one of them is through',
        details: { places: this.#places },
      });
    }
    this.#active += 1;
    return { [Symbol.dispose]: () => void (this.#active -= 1) };
  }
}
