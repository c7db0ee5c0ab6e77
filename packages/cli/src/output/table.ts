import { shown } from '@vm-tools/words';

/** A column of a table for people. */
export interface Column<Row> {
  readonly heading: string;
  /** It may be foreign text: what cannot be seen is shown escaped. */
  readonly text: (row: Row) => string;
  /** @default 'left' */
  readonly align?: 'left' | 'right';
}

/** Columns without borders, as xl prints them: a person reads them and awk does too. */
export async function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): Promise<string> {
  const cells = [
    columns.map(({ heading }) => heading),
    ...rows.map((row) => columns.map(({ text }) => shown(text(row)))),
  ];
  const widthOf = await widthFor(cells);
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => widthOf(line[index] ?? ''))));
  return cells
    .map((line) =>
      line
        .map((cell, index) => padded(cell, (widths[index] ?? 0) - widthOf(cell), columns[index]?.align))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const PLAIN = /^[ -~]*$/;

/**
 * By the cells of a terminal that a text takes: letters of some scripts take two, marks none. What knows them is loaded
 * only for them, because it takes longer than a list.
 */
async function widthFor(cells: readonly (readonly string[])[]): Promise<(text: string) => number> {
  if (cells.flat().every((cell) => PLAIN.test(cell))) return ({ length }) => length;
  const { default: stringWidth } = await import('string-width');
  return (text) => stringWidth(text);
}

function padded(cell: string, room: number, align: Column<unknown>['align']): string {
  const blanks = ' '.repeat(Math.max(0, room));
  return align === 'right' ? blanks + cell : cell + blanks;
}
