import type { Form } from '../command/options/form-option.ts';
import { table, type Column } from './table.ts';

/** How the things of a list are shown to people, and named in scripts. */
export interface ListShape<Row> {
  readonly columns: readonly Column<Row>[];
  /** behind these, where more is asked for */
  readonly wide?: readonly Column<Row>[];
  /** the word by which a command line names one; undefined: it is left out where names are asked for */
  readonly word: (row: Row) => string | undefined;
}

/** The text of a list in the form that is asked for with `-o`; that of JSON is not text, and needs none. */
export async function listText<Row>(
  rows: readonly Row[],
  { columns, wide = [], word }: ListShape<Row>,
  form: Form = 'table',
): Promise<string> {
  if (form === 'name') return rows.flatMap((row) => word(row) ?? []).join('\n');
  return table(rows, form === 'wide' ? [...columns, ...wide] : columns);
}
