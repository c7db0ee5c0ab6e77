import type { ConsoleLog } from './console-log.ts';
import { PtyFeed } from './pty-feed.ts';
import type { Pty } from './pty.ts';

const HISTORY_LETTERS = 64 * 1024;

/** The pty and log with which xenconsoled serves a console; either may be missing. */
export interface ConsoleLinks {
  readonly name: string;
  readonly pty: Pty | undefined;
  readonly log: ConsoleLog | undefined;
  /** Unmaps the ring. */
  readonly release: () => void;
}

/** The console of one domain: what the guest says, and what is typed. The guest may begin before it is served. */
export class DomainConsole {
  readonly #listeners = new Set<(bytes: Buffer) => void>();
  #history = '';
  #links: ConsoleLinks | undefined;
  #feed: PtyFeed | undefined;
  #name: string | undefined;

  /** The name of the domain when xenconsoled found it. */
  get name(): string | undefined {
    return this.#name;
  }

  get isServed(): boolean {
    return this.#links !== undefined;
  }

  /** The last 64 KiB that the guest has said. */
  get text(): string {
    return this.#history;
  }

  /** The guest's side. */
  write(text: string): void {
    this.#history = (this.#history + text).slice(-HISTORY_LETTERS);
    this.#feed?.write(text);
    this.#links?.log?.append(text);
  }

  /** The guest's side. @returns what makes it stop listening */
  onInput(listener: (bytes: Buffer) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** As if a user typed it. */
  input(bytes: Buffer): void {
    for (const listener of [...this.#listeners]) listener(bytes);
  }

  /** The guest's output up to now goes to the new pty and log. */
  serve(links: ConsoleLinks): void {
    this.#links = links;
    this.#name = links.name;
    if (links.pty !== undefined) {
      links.pty.onData((bytes) => this.input(bytes));
      this.#feed = new PtyFeed(links.pty);
    }
    if (this.#history === '') return;
    this.#feed?.write(this.#history);
    links.log?.append(this.#history);
  }

  /** The reader of the pty sees its end. */
  async end(): Promise<void> {
    const links = this.#links;
    this.#links = undefined;
    this.#feed?.[Symbol.dispose]();
    this.#feed = undefined;
    links?.pty?.[Symbol.dispose]();
    links?.release();
    await links?.log?.close();
  }
}
