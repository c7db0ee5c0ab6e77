import { configError, type Position } from '../problems/config-error.ts';
import type { Findings } from '../problems/findings.ts';
import type { Entries, EntryValue } from '../text/entry.ts';
import { Tokens, describeToken, unexpected } from '../text/tokens.ts';
import type { Token } from '../text/tokens.ts';

// Anything between punctuation counts as a word, so that JSON.parse judges numbers and literals, strictly.
const GRAMMAR =
  /(?<space>[ \t\r\n]+)|(?<mark>[{}[\]:,])|(?<string>"[^"\\\n]*(?:\\.[^"\\\n]*)*")|(?<word>[^\s{}[\]:,"]+)/y;

/** No configuration nests deeper; hostile ones would exhaust the stack. */
const MAX_DEPTH = 16;

/**
 * Reads a configuration in JSON. JSON.parse alone will not do: it tells neither where a key stands nor that one
 * stands there twice. A mistake in the syntax is the last problem that is found.
 */
export function readJson(text: string, file: string, findings: Findings): Entries {
  const entries: Entries = new Map();
  findings.collect(() => readDocument(new Tokens(text, GRAMMAR, file), entries, findings));
  return entries;
}

function readDocument(tokens: Tokens, entries: Entries, findings: Findings): void {
  expect(tokens, '{', 'at the beginning');
  readMembers(tokens, (key) => {
    const name = scalar(key) as string;
    const before = entries.get(name);
    if (before !== undefined) {
      const hint = `it was given at line ${before.keyPosition.line} already`;
      findings.add(
        configError('CONFIG_INVALID', key.position, `"${name}" is given twice`, { key: name, hint }),
      );
    }
    const valuePosition = tokens.next.position;
    const itemPositions: Position[] = [];
    const value = readValue(tokens, 1, itemPositions);
    entries.set(name, { key: name, value, keyPosition: key.position, valuePosition, itemPositions });
  });
  if (tokens.next.kind !== 'end') throw unexpected(tokens.next, 'behind the closing brace');
}

/** @param itemPositions is given the place of each item of a list */
function readValue(tokens: Tokens, depth: number, itemPositions?: Position[]): EntryValue {
  const token = tokens.take();
  if (depth > MAX_DEPTH) throw configError('CONFIG_SYNTAX', token.position, 'values are nested too deeply');
  if (token.text === '{') {
    const members: [string, EntryValue][] = [];
    readMembers(tokens, (key) => members.push([scalar(key) as string, readValue(tokens, depth + 1)]));
    return Object.fromEntries(members);
  }
  if (token.text === '[') {
    const items: EntryValue[] = [];
    if (tokens.takeIf(']')) return items;
    do {
      itemPositions?.push(tokens.next.position);
      items.push(readValue(tokens, depth + 1));
    } while (tokens.takeIf(','));
    expect(tokens, ']', 'at the end of the list');
    return items;
  }
  if (token.kind === 'string' || token.kind === 'word') return scalar(token);
  throw unexpected(token, 'in place of a value');
}

/** The members of an object whose opening brace has been taken; `onKey` reads each value. */
function readMembers(tokens: Tokens, onKey: (key: Token) => void): void {
  if (tokens.takeIf('}')) return;
  do {
    const key = tokens.take();
    if (key.kind !== 'string') throw unexpected(key, 'in place of a key in double quotes');
    expect(tokens, ':', `behind ${describeToken(key)}`);
    onKey(key);
  } while (tokens.takeIf(','));
  expect(tokens, '}', 'at the end of the object');
}

function scalar(token: Token): string | number | boolean | null {
  try {
    return JSON.parse(token.text) as string | number | boolean | null;
  } catch {
    throw unexpected(token, 'which is not JSON');
  }
}

function expect(tokens: Tokens, mark: string, where: string): void {
  if (!tokens.takeIf(mark)) throw unexpected(tokens.next, `${where}, where "${mark}" is expected`);
}
