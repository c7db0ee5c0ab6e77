import type { ObservedEvent } from '../events.ts';

/** Of these only the newest is worth anything, so that what a slow observer has not read yet stays small. */
const SUPERSEDED: ReadonlySet<ObservedEvent['type']> = new Set(['progress', 'changed']);

/**
 * Passes events on to all observers, each at its own pace. The transfer waits for none: a slow observer misses figures
 * that have been overtaken, and nothing else. A late one first gets the events that it has missed.
 */
export class Observers {
  readonly #inboxes = new Set<Inbox>();
  #history: readonly ObservedEvent[] = [];
  #isOver = false;

  tell(event: ObservedEvent): void {
    this.#history = withEvent(this.#history, event);
    for (const inbox of this.#inboxes) inbox.add(event);
  }

  /** Nothing more will happen. */
  end(): void {
    this.#isOver = true;
    for (const inbox of this.#inboxes) inbox.end();
    this.#inboxes.clear();
  }

  /** Ends behind the last event, or with `return()`, which also ends the waiting for the next one. */
  observe(): AsyncIterableIterator<ObservedEvent, undefined> {
    const inbox = new Inbox(this.#history, () => this.#inboxes.delete(inbox));
    if (this.#isOver) inbox.end();
    else this.#inboxes.add(inbox);
    return inbox;
  }
}

type Result = IteratorResult<ObservedEvent, undefined>;

const OVER: Result = { done: true, value: undefined };

/** The events that one observer has not read yet. */
class Inbox implements AsyncIterableIterator<ObservedEvent, undefined> {
  readonly #onReturn: () => void;
  /** Calls of `next` that wait, the first one first; there are none as long as something is unread. */
  readonly #waiting: ((result: Result) => void)[] = [];
  #unread: readonly ObservedEvent[];
  #isOver = false;

  constructor(unread: readonly ObservedEvent[], onReturn: () => void) {
    this.#unread = unread;
    this.#onReturn = onReturn;
  }

  add(event: ObservedEvent): void {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#unread = withEvent(this.#unread, event);
    else waiting({ done: false, value: event });
  }

  end(): void {
    this.#isOver = true;
    for (const waiting of this.#waiting.splice(0)) waiting(OVER);
  }

  next(): Promise<Result> {
    const [value, ...rest] = this.#unread;
    if (value !== undefined) {
      this.#unread = rest;
      return Promise.resolve({ done: false, value });
    }
    if (this.#isOver) return Promise.resolve(OVER);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  return(): Promise<Result> {
    this.#unread = [];
    this.end();
    this.#onReturn();
    return Promise.resolve(OVER);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

function withEvent(events: readonly ObservedEvent[], event: ObservedEvent): readonly ObservedEvent[] {
  const kept = SUPERSEDED.has(event.type) ? events.filter(({ type }) => type !== event.type) : events;
  return [...kept, event];
}
