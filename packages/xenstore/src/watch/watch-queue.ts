/**
 * Paths that have changed and that the reader has not fetched yet. A path that is waiting already is not queued again:
 * an event says "look again", and one look sees all changes before it. When a reader falls so far behind that even so
 * there are too many, one event on the watched path itself stands for all of them.
 */
export class WatchQueue {
  readonly #watchedPath: string;
  readonly #limit: number;
  readonly #paths = new Set<string>();

  constructor(watchedPath: string, limit = 1024) {
    this.#watchedPath = watchedPath;
    this.#limit = limit;
  }

  push(path: string): void {
    if (this.#paths.size >= this.#limit && !this.#paths.has(path)) {
      this.#paths.clear();
      this.#paths.add(this.#watchedPath);
    } else {
      this.#paths.add(path);
    }
  }

  /** The path that has waited longest; undefined when none waits. */
  shift(): string | undefined {
    const [path] = this.#paths;
    if (path !== undefined) this.#paths.delete(path);
    return path;
  }
}
