import type { ChangedDomain } from './domain-event.ts';

/** The domains that a user has named; all of them if none is. */
export class Selection {
  readonly #words: ReadonlySet<string> | undefined;

  /** @param words names, domids and UUIDs */
  constructor(words: readonly string[] = []) {
    this.#words = words.length === 0 ? undefined : new Set(words);
  }

  has({ domid, uuid, name }: ChangedDomain): boolean {
    const words = this.#words;
    if (words === undefined) return true;
    return (
      words.has(String(domid)) || words.has(name) || [...words].some((word) => word.toLowerCase() === uuid)
    );
  }
}
