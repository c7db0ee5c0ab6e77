import type { Random } from '../random.ts';
import { damaged, edgeNumber } from './bytes.ts';

type Json = unknown;

const STRANGE_TEXTS = [
  '',
  '\0',
  '\u001b[2J',
  '../../etc/passwd',
  '\ud800',
  '__proto__',
  'constructor',
  '\u202e',
  '𝒳'.repeat(9),
];
const STRANGE_TOKENS = [
  '1e999',
  '-0',
  'NaN',
  '1'.repeat(400),
  '-1e-999',
  '{"__proto__":{"x":1}}',
  '[[]]',
  'nul',
  '"',
];

/** JSON that is not what it was: other values, other shapes, other text. */
export function damagedJson(random: Random, value: Json): Buffer {
  let text = JSON.stringify(changed(random, value, 1 + random.below(3)));
  if (random.oneIn(4)) {
    const at = random.below(text.length + 1);
    text = text.slice(0, at) + random.pick(STRANGE_TOKENS) + text.slice(at + random.below(4));
  }
  const bytes = Buffer.from(text);
  return random.oneIn(4) ? damaged(random, bytes) : bytes;
}

function changed(random: Random, value: Json, times: number): Json {
  let result = value;
  for (let count = times; count > 0; count -= 1) result = changedOnce(random, result);
  return result;
}

/** Goes down somewhere, and changes what is there. */
function changedOnce(random: Random, value: Json): Json {
  if (Array.isArray(value) && value.length > 0 && !random.oneIn(3)) {
    const items: Json[] = value;
    const at = random.below(items.length);
    return items.with(at, changedOnce(random, items[at]));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value) || random.oneIn(8)) {
    return otherValue(random, value);
  }
  const entries = Object.entries(value);
  if (entries.length === 0) return otherValue(random, value);
  const at = random.below(entries.length);
  const [key, inner] = entries[at] as [string, Json];
  switch (random.below(8)) {
    case 0:
      return Object.fromEntries(entries.toSpliced(at, 1));
    case 1:
      return { ...value, [random.pick(STRANGE_TEXTS)]: inner };
    case 2:
      return Object.fromEntries(entries.with(at, [`${key}${random.pick(STRANGE_TEXTS)}`, inner]));
    default:
      return Object.fromEntries(entries.with(at, [key, changedOnce(random, inner)]));
  }
}

function otherValue(random: Random, value: Json): Json {
  if (typeof value === 'number' && !random.oneIn(3))
    return edgeNumber(random, value) * random.pick([1, -1, 0.5, 2 ** 32]);
  if (typeof value === 'string' && !random.oneIn(3)) return otherText(random, value);
  switch (random.below(9)) {
    case 0:
      return null;
    case 1:
      return [];
    case 2:
      return {};
    case 3:
      return [value, value];
    case 4:
      return { value };
    case 5:
      return random.oneIn(2);
    case 6:
      return random.word();
    case 7:
      return large(random);
    default:
      return random.pick(STRANGE_TEXTS);
  }
}

function otherText(random: Random, text: string): string {
  const at = random.below(text.length + 1);
  switch (random.below(5)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(0, at) + random.pick(STRANGE_TEXTS) + text.slice(at);
    case 2:
      return text.toUpperCase();
    case 3:
      return text.repeat(random.below(20));
    default:
      return text.slice(at) + String.fromCharCode(random.below(0x300)) + text.slice(0, at);
  }
}

/** Seldom, because it takes its time: what is deep, long or many. */
function large(random: Random): Json {
  if (!random.oneIn(50)) return 'x'.repeat(random.below(600));
  const count = random.pick([100, 1000, 20_000]);
  switch (random.below(4)) {
    case 0: {
      let deep: Json = 0;
      for (let depth = Math.min(count, 2000); depth > 0; depth -= 1)
        deep = random.oneIn(2) ? [deep] : { a: deep };
      return deep;
    }
    case 1:
      return Array.from({ length: count }, (_, index) => (index % 3 === 0 ? 'text' : index));
    case 2:
      return Object.fromEntries(Array.from({ length: count }, (_, index) => [`key${index}`, index]));
    default:
      return 'y'.repeat(10 * count);
  }
}

/** Text that is deeper than any stack, which no JSON.stringify would write. */
export function bottomless(random: Random): Buffer {
  const depth = random.pick([65, 1000, 50_000]);
  return Buffer.from(
    random.oneIn(2) ? '['.repeat(depth) + ']'.repeat(depth) : '{"a":'.repeat(depth) + '1' + '}'.repeat(depth),
  );
}
