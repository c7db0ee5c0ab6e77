import type { Position } from './config-error.ts';
import { configError } from './config-error.ts';

/** One word of a configuration. */
export interface Token {
  /** the name of the group of the grammar that matched, or 'end' */
  readonly kind: string;
  readonly text: string;
  readonly position: Position;
}

/**
 * Cuts a text into tokens, one at a time, with a sticky regular expression whose named groups are the kinds of
 * token; the group `space` is skipped. Whatever the expression does not match is a CONFIG_SYNTAX error.
 */
export class Tokens {
  readonly #text: string;
  readonly #grammar: RegExp;
  readonly #file: string;
  #line = 1;
  #lineStart = 0;
  #next: Token;

  constructor(text: string, grammar: RegExp, file: string) {
    this.#text = text;
    this.#grammar = new RegExp(grammar);
    this.#file = file;
    this.#next = this.#scan();
  }

  /** The token that `take` will give. */
  get next(): Token {
    return this.#next;
  }

  take(): Token {
    const token = this.#next;
    if (token.kind !== 'end') this.#next = this.#scan();
    return token;
  }

  /** Takes the next token if it is this one. */
  takeIf(text: string): boolean {
    if (this.#next.kind === 'end' || this.#next.text !== text) return false;
    this.take();
    return true;
  }

  #scan(): Token {
    for (;;) {
      const offset = this.#grammar.lastIndex;
      const position = { file: this.#file, line: this.#line, column: offset - this.#lineStart + 1 };
      if (offset >= this.#text.length) return { kind: 'end', text: 'the end of the text', position };
      const match = this.#grammar.exec(this.#text);
      if (match === null) throw configError('CONFIG_SYNTAX', position, this.#complaint(offset));
      const text = match[0];
      for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
        this.#line += 1;
        this.#lineStart = offset + at + 1;
      }
      const groups: Readonly<Record<string, string | undefined>> = match.groups ?? {};
      const kind = Object.keys(groups).find((name) => groups[name] !== undefined) ?? '';
      if (kind !== 'space') return { kind, text, position };
    }
  }

  #complaint(offset: number): string {
    const character = String.fromCodePoint(this.#text.codePointAt(offset) ?? 0);
    if (character === '"' || character === "'") return 'this string is not closed on its line';
    return `unexpected ${JSON.stringify(character)}`;
  }
}

/** How an error names a token. */
export function describeToken(token: Token): string {
  if (token.kind === 'end') return token.text;
  if (token.text.startsWith('\n') || token.text.startsWith('#')) return 'the end of the line';
  return token.text.length > 40 ? `${token.text.slice(0, 40)}…` : token.text;
}
