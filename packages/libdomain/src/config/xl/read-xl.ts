import { configError, type Position } from '../problems/config-error.ts';
import type { Findings } from '../problems/findings.ts';
import { exampleNumber } from '../keys/example-number.ts';
import { looksLikeSize, meantMib } from '../memory-size.ts';
import type { Entries, EntryValue } from '../text/entry.ts';
import { Tokens, unexpected } from '../text/tokens.ts';
import type { Token } from '../text/tokens.ts';

// xl's lexer (libxlu_cfg_l.l), a little wider where that gives a better error: keys may have capitals, and a word
// that is neither key nor number is a token as well, so that `name = web` and `vnc = True` are understood and refused.
const GRAMMAR =
  /(?<space>[ \t\r]+)|(?<newline>#[^\n]*(?:\n|$)|\n+)|(?<mark>\+=|[=;,[\]])|(?<string>'[^'\\\n]*(?:\\.[^'\\\n]*)*'|"[^"\\\n]*(?:\\.[^"\\\n]*)*")|(?<word>[\w.][\w.:/-]*)/y;

const KEY = /^[A-Za-z_][\w.]*$/;
const NUMBER = /^[0-9][0-9a-fx]*$/;
const MAX_DEPTH = 16;

/**
 * The place where reading goes on after a mistake: at an empty line, a comment, or what begins as an assignment does.
 */
const NEXT_STATEMENT = /[ \t\r]*(?:$|\n|#|[A-Za-z_][\w.]*[ \t]*(?:=|\+=))/y;

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  '\\': '\\',
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/**
 * Reads the text of an xl.cfg by xl's grammar:
 *
 *     key = value     # values are strings, numbers or lists; a line ends a statement, and so does ;
 *     key += value    # adds to a string or to a list
 *     key = [ 'a',    # only lists go on over several lines
 *             'b' ]
 *
 * xl keeps the last of several assignments to a key; here a second one with another value is an error, because it is
 * a slip far more often than a wish. Every value is a string, as in xl: `memory = 512` and `memory = "512"` are the
 * same. As in xl, a line that makes no sense does not keep the others from being read.
 */
export function readXl(text: string, file: string, findings: Findings): Entries {
  const tokens = new Tokens(text, GRAMMAR, file);
  const entries: Entries = new Map();
  if (text.includes('\r\n')) {
    findings.warn({ file, line: 1, column: 1 }, 'lines end as those of Windows do, which xl refuses');
  }
  while (!findings.isFull) {
    while (tokens.next.kind === 'newline' || tokens.next.text === ';') tokens.take();
    if (tokens.next.kind === 'end') break;
    const isRead = findings.collect(() => readStatement(tokens, entries, findings));
    if (!isRead) tokens.skipToLine(NEXT_STATEMENT);
  }
  return entries;
}

/** Reads one value of xl.cfg that stands alone, as behind `key=` on the command line. */
export function readXlValue(text: string, file: string): EntryValue {
  const tokens = new Tokens(text, GRAMMAR, file);
  const value = readValue(tokens, 1);
  if (tokens.next.kind !== 'end') throw unexpected(tokens.next, 'behind the value');
  return value;
}

function readStatement(tokens: Tokens, entries: Entries, findings: Findings): void {
  const keyToken = tokens.take();
  const { text: key, position: keyPosition } = keyToken;
  if (keyToken.kind !== 'word' || !KEY.test(key)) throw unexpected(keyToken, 'in place of a key');
  const operator = tokens.take();
  if (operator.text !== '=' && operator.text !== '+=') {
    throw unexpected(operator, `behind ${key}, where "=" is expected`, { key });
  }
  const valuePosition = tokens.next.position;
  const written = withoutComment(tokens.restOfLine);
  const itemPositions: Position[] = [];
  const value = readValue(tokens, 1, key, itemPositions);
  const { next } = tokens;
  if (next.kind !== 'newline' && next.kind !== 'end' && next.text !== ';') {
    const hint = hintForBare(written, key) ?? 'every assignment stands on a line of its own';
    throw unexpected(next, 'behind the value', { key, hint });
  }
  const before = entries.get(key);
  if (operator.text === '+=') {
    const sum = before === undefined ? value : add(before.value, value);
    if (sum === undefined) {
      throw configError('CONFIG_INVALID', valuePosition, `${key} cannot be a list and a string at once`, {
        key,
      });
    }
    const positions = appended(before?.itemPositions ?? [], itemPositions);
    entries.set(key, {
      key,
      value: sum,
      keyPosition,
      valuePosition,
      itemPositions: positions,
      isAppended: true,
    });
    return;
  }
  if (before === undefined) {
    entries.set(key, { key, value, keyPosition, valuePosition, itemPositions });
    return;
  }
  if (typeof value === 'string' && value === before.value) {
    findings.warn(keyPosition, `${key} is given twice`);
    return;
  }
  entries.set(key, { ...before, repeatedAt: before.repeatedAt ?? keyPosition });
}

function add(before: EntryValue, more: EntryValue): EntryValue | undefined {
  if (typeof before === 'string' && typeof more === 'string') return before + more;
  if (!Array.isArray(before) || !Array.isArray(more)) return undefined;
  return appended<EntryValue>(before, more);
}

/** In place: many += must not cost the square of their number. */
function appended<T>(before: readonly T[], more: readonly T[]): readonly T[] {
  for (const item of more) (before as T[]).push(item);
  return before;
}

/** @param itemPositions is given the place of each item of a list */
function readValue(tokens: Tokens, depth: number, key?: string, itemPositions?: Position[]): EntryValue {
  if (depth > MAX_DEPTH) {
    throw configError('CONFIG_SYNTAX', tokens.next.position, 'lists are nested too deeply', { key });
  }
  const written = withoutComment(tokens.restOfLine);
  // The end of the line stays, so that reading goes on with the next one.
  const token = tokens.next.kind === 'newline' ? tokens.next : tokens.take();
  if (token.kind === 'string') return unquote(token, key);
  if (token.kind === 'word' && NUMBER.test(token.text)) return token.text;
  // A size is no value of xl.cfg, but for these keys there is a better word for it than "unexpected".
  if (token.kind === 'word' && key !== undefined && isMemory(key) && looksLikeSize(token.text))
    return token.text;
  if (token.text === '[') return readList(tokens, depth, key, itemPositions);
  throw unexpected(token, 'in place of a value', { key, hint: hintForBare(written, key) });
}

/** The hint for a text without quotes. */
function hintForBare(written: string, key: string | undefined): string | undefined {
  const mib = key !== undefined && isMemory(key) ? meantMib(written) : undefined;
  const number = mib ?? exampleNumber(key, written);
  if (number !== undefined) return `write ${key} = ${number}`;
  return /^[^"'[\],=][^"'[\],]{0,200}$/.test(written) ? `write "${written}" in quotes` : undefined;
}

function isMemory(key: string): boolean {
  return key === 'memory' || key === 'maxmem';
}

function withoutComment(line: string): string {
  return line.replace(/\s*(#.*|;\s*)?$/, '');
}

function readList(
  tokens: Tokens,
  depth: number,
  key: string | undefined,
  itemPositions: Position[] | undefined,
): EntryValue[] {
  const items: EntryValue[] = [];
  skipNewlines(tokens);
  while (!tokens.takeIf(']')) {
    itemPositions?.push(tokens.next.position);
    items.push(readValue(tokens, depth + 1, key));
    skipNewlines(tokens);
    if (tokens.takeIf(',')) skipNewlines(tokens);
    else if (tokens.next.text !== ']')
      throw unexpected(tokens.next, 'in a list, where "," or "]" is expected', { key });
  }
  return items;
}

function skipNewlines(tokens: Tokens): void {
  while (tokens.next.kind === 'newline') tokens.take();
}

function unquote(token: Token, key: string | undefined): string {
  return token.text.slice(1, -1).replace(/\\(.)/gs, (_, character: string) => {
    const plain = ESCAPES[character];
    // xl knows \x41 and \101 as well and reads both wrongly (it skips a digit, and takes octal for decimal).
    if (plain === undefined) {
      throw configError('CONFIG_SYNTAX', token.position, `"\\${character}" is not supported in a string`, {
        key,
        hint: 'a backslash itself is written \\\\',
      });
    }
    return plain;
  });
}
