import { configError } from './config-error.ts';
import type { Entries, EntryValue } from './entry.ts';
import { Tokens, describeToken } from './tokens.ts';
import type { Token } from './tokens.ts';

// xl's lexer (libxlu_cfg_l.l), a little wider where that gives a better error: keys may have capitals, and a word
// that is neither key nor number is a token as well, so that `name = web` and `vnc = True` are understood and refused.
const GRAMMAR =
  /(?<space>[ \t\r]+)|(?<newline>#[^\n]*(?:\n|$)|\n)|(?<mark>\+=|[=;,[\]])|(?<string>'[^'\\\n]*(?:\\.[^'\\\n]*)*'|"[^"\\\n]*(?:\\.[^"\\\n]*)*")|(?<word>[\w.][\w.:/-]*)/y;

const KEY = /^[A-Za-z_][\w.]*$/;
const NUMBER = /^[0-9][0-9a-fx]*$/;
const MAX_DEPTH = 16;

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
 * xl keeps the last of several assignments to a key; here the second one is an error, because it is a slip far
 * more often than a wish. Every value is a string, as in xl: `memory = 512` and `memory = "512"` are the same.
 */
export function readXl(text: string, file: string): Entries {
  const tokens = new Tokens(text, GRAMMAR, file);
  const entries: Entries = new Map();
  for (;;) {
    while (tokens.next.kind === 'newline' || tokens.next.text === ';') tokens.take();
    if (tokens.next.kind === 'end') return entries;
    readAssignment(tokens, entries);
    const { next } = tokens;
    if (next.kind !== 'newline' && next.kind !== 'end' && next.text !== ';') {
      throw configError(
        'CONFIG_SYNTAX',
        next.position,
        `unexpected ${describeToken(next)} behind the value`,
        {
          hint: 'every assignment stands on a line of its own',
        },
      );
    }
  }
}

/** Reads one value of xl.cfg that stands alone, as behind `key=` on the command line. */
export function readXlValue(text: string, file: string): EntryValue {
  const tokens = new Tokens(text, GRAMMAR, file);
  const value = readValue(tokens, 1);
  if (tokens.next.kind !== 'end') throw unexpected(tokens.next, 'behind the value');
  return value;
}

function readAssignment(tokens: Tokens, entries: Entries): void {
  const { text: key, position: keyPosition, ...token } = tokens.take();
  if (token.kind !== 'word' || !KEY.test(key)) {
    throw unexpected({ ...token, text: key, position: keyPosition }, 'in place of a key');
  }
  const operator = tokens.take();
  if (operator.text !== '=' && operator.text !== '+=') {
    throw unexpected(operator, `behind ${key}, where "=" is expected`);
  }
  const valuePosition = tokens.next.position;
  const value = readValue(tokens, 1);
  const before = entries.get(key);
  if (operator.text === '+=') {
    const sum = before === undefined ? value : add(before.value, value);
    if (sum === undefined) {
      throw configError('CONFIG_INVALID', valuePosition, `${key} cannot be a list and a string at once`, {
        key,
      });
    }
    entries.set(key, { key, value: sum, keyPosition, valuePosition, isAppended: true });
    return;
  }
  if (before !== undefined) {
    throw configError('CONFIG_INVALID', keyPosition, `${key} is given twice`, {
      key,
      hint: `it was given at line ${before.keyPosition.line} already; += adds to a value`,
    });
  }
  entries.set(key, { key, value, keyPosition, valuePosition });
}

function add(before: EntryValue, more: EntryValue): EntryValue | undefined {
  if (typeof before === 'string' && typeof more === 'string') return before + more;
  if (!Array.isArray(before) || !Array.isArray(more)) return undefined;
  for (const item of more as EntryValue[]) before.push(item); // in place: many += must not cost the square of their number
  return before as EntryValue[];
}

function readValue(tokens: Tokens, depth: number): EntryValue {
  const token = tokens.take();
  if (depth > MAX_DEPTH) throw configError('CONFIG_SYNTAX', token.position, 'lists are nested too deeply');
  if (token.kind === 'string') return unquote(token);
  if (token.kind === 'word' && NUMBER.test(token.text)) return token.text;
  if (token.text === '[') return readList(tokens, depth);
  throw configError(
    'CONFIG_SYNTAX',
    token.position,
    `unexpected ${describeToken(token)} in place of a value`,
    {
      hint: token.kind === 'word' ? `write "${token.text}" in quotes` : undefined,
    },
  );
}

function readList(tokens: Tokens, depth: number): EntryValue[] {
  const items: EntryValue[] = [];
  skipNewlines(tokens);
  while (!tokens.takeIf(']')) {
    items.push(readValue(tokens, depth + 1));
    skipNewlines(tokens);
    if (tokens.takeIf(',')) skipNewlines(tokens);
    else if (tokens.next.text !== ']')
      throw unexpected(tokens.next, 'in a list, where "," or "]" is expected');
  }
  return items;
}

function skipNewlines(tokens: Tokens): void {
  while (tokens.next.kind === 'newline') tokens.take();
}

function unquote(token: Token): string {
  return token.text.slice(1, -1).replace(/\\(.)/gs, (_, character: string) => {
    const plain = ESCAPES[character];
    // xl knows \x41 and \101 as well and reads both wrongly (it skips a digit, and takes octal for decimal).
    if (plain === undefined) {
      throw configError('CONFIG_SYNTAX', token.position, `"\\${character}" is not supported in a string`, {
        hint: 'a backslash itself is written \\\\',
      });
    }
    return plain;
  });
}

function unexpected(token: Token, where: string): Error {
  return configError('CONFIG_SYNTAX', token.position, `unexpected ${describeToken(token)} ${where}`);
}
