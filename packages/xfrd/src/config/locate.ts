const TABLE = /^\s*\[\s*([\w-]+)\s*\]/;
const KEY = /^\s*([\w-]+|"[^"]*"|'[^']*')\s*[=.]/;

/**
 * The place of a key in a file of TOML; the parser gives one only for text that it cannot read. It is looked for line
 * by line, so for one in a table that is written in one line this is the place of that table.
 *
 * @param keys the names of its tables and its own; numbers, of entries in lists, are passed over
 * @returns line and column from 1; those of the nearest table around it, or the beginning, if it is not found
 */
export function locate(text: string, keys: readonly PropertyKey[]): { line: number; column: number } {
  const wanted = keys.filter((key) => typeof key === 'string');
  let found = { line: 1, column: 1, depth: 0 };
  let table: readonly string[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const opened = TABLE.exec(line)?.[1];
    const key = KEY.exec(line)?.[1]?.replace(/^["']|["']$/g, '');
    if (opened !== undefined) table = [opened];
    const here = opened !== undefined ? table : key !== undefined ? [...table, key] : [];
    const isOnTheWay = here.length > 0 && here.every((name, depth) => name === wanted[depth]);
    if (isOnTheWay && here.length > found.depth)
      found = { line: index + 1, column: line.search(/\S/) + 1, depth: here.length };
  }
  return { line: found.line, column: found.column };
}
