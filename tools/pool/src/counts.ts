/**
 * The second of three witnesses against a second copy: a guest counts where it runs, so that no two nodes may see its
 * count go on for two looks on end. A live move is seen by one look at most.
 */
export class Counts {
  readonly #last = new Map<number, number>();
  #before: readonly number[] = [];

  /** @throws Error when two copies count */
  look(ticks: ReadonlyMap<number, number>): void {
    const counting = [...ticks].flatMap(([node, tick]) =>
      tick > (this.#last.get(node) ?? tick) ? [node] : [],
    );
    for (const node of this.#last.keys()) if (!ticks.has(node)) this.#last.delete(node);
    for (const [node, tick] of ticks) this.#last.set(node, tick);
    const again = counting.filter((node) => this.#before.includes(node));
    this.#before = counting;
    if (again.length > 1)
      throw new Error(`two copies count: on ${again.map((node) => `n${node}`).join(' and ')}`);
  }
}
