import { readSync, writeSync } from 'node:fs';
import { encodeLine, LineDecoder } from '@vm-tools/ipc';
import type { PrecopyDecision } from '../xen.ts';
import { CONTROL_FD, LONGEST_LINE_BYTES, protocolError } from './messages.ts';
import type { Answer, Message, Question } from './messages.ts';

/**
 * The helper's end of the control socket. All of it blocks, on purpose: questions are asked from within callbacks
 * of libxc, which cannot wait for a promise. So it shares lines and errors with other processes (`@vm-tools/ipc`), and
 * no calls with numbers: there is one job at a time. Node gives a child the blocking end of the socket pair.
 *
 * A parent that has died shows as end of file. From then on every answer is 'abort', with which libxc ends what it
 * was doing in good order: a save switches log-dirty mode off again.
 */
export class ParentLink {
  readonly #decoder = new LineDecoder(LONGEST_LINE_BYTES, protocolError);
  readonly #chunk = Buffer.alloc(64 * 1024);
  readonly #received: unknown[] = [];
  #isGone = false;

  get isGone(): boolean {
    return this.#isGone;
  }

  send(message: Message): void {
    if (this.#isGone) return;
    const line = encodeLine(message, LONGEST_LINE_BYTES, protocolError);
    try {
      for (let at = 0; at < line.length;) at += writeSync(CONTROL_FD, line, at);
    } catch {
      this.#isGone = true; // EPIPE
    }
  }

  ask(question: Question): PrecopyDecision {
    return this.askWhere(question).answer;
  }

  /** The same where the answer may name a place. */
  askWhere(question: Question): Answer {
    this.send(question);
    return (this.receive() as Answer | undefined) ?? { answer: 'abort' };
  }

  /** The next line of the parent; undefined when there will be none. */
  receive(): unknown {
    try {
      while (this.#received.length === 0 && !this.#isGone) {
        const length = readSync(CONTROL_FD, this.#chunk);
        if (length === 0) this.#isGone = true;
        else this.#received.push(...this.#decoder.push(this.#chunk.subarray(0, length)));
      }
    } catch {
      this.#isGone = true; // ECONNRESET, or a parent that does not speak our language
    }
    return this.#received.shift();
  }
}
