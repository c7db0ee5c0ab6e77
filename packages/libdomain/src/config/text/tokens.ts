import type { VmToolsError } from '@vm-tools/errors';
import type { Position } from '../problems/config-error.ts';
import { configError } from '../problems/config-error.ts';

/** One word of a configuration. */
export interface Token {
  /** the name of the group of the grammar that matched; 'end', or 'none' for what no word begins with */
  readonly kind: string;
  readonly text: string;
  readonly position: Position;
}

/**
 * Cuts a text into tokens, one at a time, with a sticky regular expression whose named groups are the kinds of
 * token; the group `space` is skipped. What the expression does not match is one token of kind 'none', which no
 * reader takes.
 */
export class Tokens {
  readonly #text: string;
  readonly #grammar: RegExp;
  readonly #file: string;
  #line = 1;
  #lineStart = 0;
  #nextStart = 0;
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
    if (token.kind !== 'end' && token.kind !== 'none') this.#next = this.#scan();
    return token;
  }

  /** Takes the next token if it is this one. */
  takeIf(text: string): boolean {
    if (this.#next.kind === 'end' || this.#next.kind === 'none' || this.#next.text !== text) return false;
    this.take();
    return true;
  }

  /** The text from the next token to the end of its line. */
  get restOfLine(): string {
    const end = this.#text.indexOf('\n', this.#nextStart);
    return this.#text.slice(this.#nextStart, end < 0 ? undefined : end);
  }

  /** Goes on with the first line behind the next token that `pattern`, which is sticky, matches. */
  skipToLine(pattern: RegExp): void {
    let offset = this.#nextStart;
    this.#line = this.#next.position.line;
    for (;;) {
      const end = this.#text.indexOf('\n', offset);
      if (end < 0) {
        this.#grammar.lastIndex = this.#text.length;
        break;
      }
      offset = end + 1;
      this.#line += 1;
      this.#lineStart = offset;
      pattern.lastIndex = offset;
      this.#grammar.lastIndex = offset;
      if (pattern.test(this.#text)) break;
    }
    this.#next = this.#scan();
  }

  #scan(): Token {
    for (;;) {
      const offset = this.#grammar.lastIndex;
      this.#nextStart = offset;
      const position = { file: this.#file, line: this.#line, column: offset - this.#lineStart + 1 };
      if (offset >= this.#text.length) return { kind: 'end', text: 'the end of the text', position };
      const match = this.#grammar.exec(this.#text);
      if (match === null) return { kind: 'none', text: this.#complaint(offset), position };
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

/** The error for a token that stands where it must not. */
export function unexpected(
  token: Token,
  where: string,
  more: { readonly key?: string | undefined; readonly hint?: string | undefined } = {},
): VmToolsError {
  const message = token.kind === 'none' ? token.text : `unexpected ${describeToken(token)} ${where}`;
  return configError('CONFIG_SYNTAX', token.position, message, more);
}
