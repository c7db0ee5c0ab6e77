import { shown } from '@vm-tools/words';

/** A name and what is said of it; without a value there is no line. */
export type Fields = readonly (readonly [name: string, value: string | undefined])[];

/** Lines of names and values, the values in one column. They may be foreign text: what cannot be seen is shown escaped. */
export function formatFields(fields: Fields): string {
  const known = fields.filter((field): field is [string, string] => field[1] !== undefined);
  const width = Math.max(...known.map(([name]) => name.length));
  return known.map(([name, value]) => `${name.padEnd(width)}  ${shown(value)}`.trimEnd()).join('\n');
}
