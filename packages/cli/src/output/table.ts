import { shown } from '@vm-tools/words';
import stringWidth from 'string-width';

/** A column of a table for people. */
export interface Column<Row> {
  readonly heading: string;
  /** It may be foreign text: what cannot be seen is shown escaped. */
  readonly text: (row: Row) => string;
  /** @default 'left' */
  readonly align?: 'left' | 'right';
}

/** Columns without borders, as xl prints them: a person reads them and awk does too. */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const cells = [
    columns.map(({ heading }) => heading),
    ...rows.map((row) => columns.map(({ text }) => shown(text(row)))),
  ];
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => stringWidth(line[index] ?? ''))));
  return cells
    .map((line) =>
      line
        .map((cell, index) => padded(cell, widths[index] ?? 0, columns[index]?.align))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** By the cells of a terminal that a text takes: letters of some scripts take two, marks none. */
function padded(cell: string, width: number, align: Column<unknown>['align']): string {
  const blanks = ' '.repeat(Math.max(0, width - stringWidth(cell)));
  return align === 'right' ? blanks + cell : cell + blanks;
}
