/** A task may take a helper process with a node of its own, for which dom0 must have the memory. */
const MOST_AT_ONCE = 32;

interface Task {
  /** the work that follows when the present one has ended */
  next: (() => Promise<void>) | undefined;
}

/** Work on many domains side by side, and on each of them one thing at a time. */
export class DomainTasks {
  readonly #tasks = new Map<string, Task>();
  readonly #waiting: (() => void)[] = [];
  readonly #working = new Set<Promise<void>>();
  #places: number;

  /** @param mostAtOnce domains that are worked on at the same time; the others wait for their turn */
  constructor(mostAtOnce = MOST_AT_ONCE) {
    this.#places = mostAtOnce;
  }

  /**
   * Begins with it as soon as nothing else of the same domain goes on. Of what is asked for meanwhile only the last is
   * done: it sees all that those before it would have seen.
   *
   * @param work must not reject
   */
  run(uuid: string, work: () => Promise<void>): void {
    const busy = this.#tasks.get(uuid);
    if (busy !== undefined) {
      busy.next = work;
      return;
    }
    const task: Task = { next: work };
    this.#tasks.set(uuid, task);
    const working = this.#work(uuid, task).finally(() => this.#working.delete(working));
    this.#working.add(working);
  }

  /** Resolves when nothing goes on and nothing waits. */
  async done(): Promise<void> {
    while (this.#working.size > 0) await Promise.all(this.#working);
  }

  async #work(uuid: string, task: Task): Promise<void> {
    if (this.#places > 0) this.#places -= 1;
    else await new Promise<void>((enter) => this.#waiting.push(enter));
    for (let work = task.next; work !== undefined; work = task.next) {
      task.next = undefined;
      await work();
    }
    this.#tasks.delete(uuid);
    const enter = this.#waiting.shift();
    if (enter === undefined) this.#places += 1;
    else enter();
  }
}
