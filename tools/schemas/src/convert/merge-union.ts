import type { Schema } from './schema.ts';

/** One schema of all that a value may be: words are one list, and what says the same is said once. */
export function mergeUnion(parts: readonly Schema[]): Schema {
  const flat = parts.flatMap((part) => (isBare(part, 'anyOf') ? (part.anyOf ?? []) : [part]));
  const words = flat.flatMap((part) => {
    if (isBare(part, 'const')) return part.const ?? [];
    return isBare(part, 'enum') ? (part.enum ?? []) : [];
  });
  const others = flat.filter((part) => !isBare(part, 'const') && !isBare(part, 'enum'));
  const merged = [...(words.length === 0 ? [] : [ofWords([...new Set(words)].sort())]), ...others];
  const distinct = new Map(merged.map((part) => [JSON.stringify(part), part] as const).sort(byText));
  const [only, ...more] = distinct.values();
  return only !== undefined && more.length === 0 ? only : { anyOf: [...distinct.values()] };
}

/** The compiler has an order of its own, which may change with any other type. */
const byText = ([a]: readonly [string, Schema], [b]: readonly [string, Schema]): number => (a < b ? -1 : 1);

/** Whether it says that alone. */
function isBare(part: Schema, word: 'anyOf' | 'const' | 'enum'): boolean {
  return Object.keys(part).join() === word;
}

function ofWords(words: readonly (string | number | boolean)[]): Schema {
  const [only] = words;
  if (words.length === 1 && only !== undefined) return { const: only };
  if (words.length === 2 && words.every((word) => typeof word === 'boolean')) return { type: 'boolean' };
  return { enum: words };
}
