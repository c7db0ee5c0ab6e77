/** A key of a commented example of TOML. */
export interface ExampleKey {
  readonly name: string;
  /** the lines that set it, each a way to write it */
  readonly values: readonly string[];
  /** whether it is set in the example, to its default, and not only shown in a comment */
  readonly isDefault: boolean;
  /** what the comments above it and behind it say */
  readonly about: string;
}

/** A table of the example; the first one has no name. */
export interface ExampleTable {
  readonly name?: string;
  readonly about: string;
  readonly keys: readonly ExampleKey[];
}

const HEADING = /^\[(?<name>[\w-]+)\]$/;
const KEY = /^(?<hidden>#?)(?<name>[\w-]+) = (?<value>.*?)(?: +# (?<behind>.*))?$/;

/** Takes a commented example apart, such as that of xfrd: what is above a key, or above the name of a table, is of it. */
export function readExample(text: string): readonly ExampleTable[] {
  const tables: { name?: string; about: string; keys: ExampleKey[] }[] = [{ about: '', keys: [] }];
  let comment: string[] = [];
  for (const line of text.split('\n')) {
    const table = tables.at(-1) as (typeof tables)[number];
    const heading = HEADING.exec(line)?.groups?.['name'];
    const key = KEY.exec(line)?.groups;
    if (heading !== undefined) {
      tables.push({ name: heading, about: comment.join(' '), keys: [] });
      comment = [];
    } else if (key !== undefined) {
      table.keys.push(...addKey(table.keys, key, comment));
      comment = [];
    } else if (line.startsWith('# ')) comment.push(line.slice(2));
    else if (comment.length > 0) {
      // What stands alone is of the whole file.
      table.about = comment.join(' ');
      comment = [];
    }
  }
  return tables;
}

/** The key of a line, unless it is another way to write the one before it, which has it then. */
function addKey(
  known: ExampleKey[],
  { hidden, name = '', value = '', behind }: Record<string, string | undefined>,
  comment: readonly string[],
): ExampleKey[] {
  const last = known.at(-1);
  if (last?.name === name) {
    known[known.length - 1] = { ...last, values: [...last.values, value] };
    return [];
  }
  const about = [...comment, ...(behind === undefined ? [] : [behind])].join(' ');
  return [{ name, values: [value], isDefault: hidden === '', about }];
}
