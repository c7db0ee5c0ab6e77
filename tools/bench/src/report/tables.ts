import type { Quantity, Result, Row } from '../experiment.ts';
import { fitPowerLaw, nameLaw } from './fit.ts';

/** The figures as Markdown. */
export function markdownTables(result: Result): string {
  const [heads = [], ...lines] = cellsOf(result);
  const table = [heads, heads.map(() => '---:'), ...lines].map((cells) => `| ${cells.join(' | ')} |`);
  return [`### ${result.title}`, '', ...table, '', ...result.notes.map((note) => `- ${note}`), ''].join('\n');
}

/** The heads of a table, a line for each size, and below them how each quantity grows. */
export function cellsOf({ sizeLabel, quantities, rows, names }: Result): string[][] {
  const measured = quantities.filter(({ key }) => rows.some((row) => row[key] !== undefined));
  const heads = [
    sizeLabel,
    ...measured.map(({ label, unit }) => (unit === '' ? label : `${label}, ${unit}`)),
  ];
  const lines = rows.map((row, at) => [
    names?.[at] ?? String(row.size),
    ...measured.map(({ key }) => figure(row[key])),
  ]);
  const laws = measured.map((quantity) => lawOf(quantity, rows));
  return [heads, ...lines, ...(laws.every((law) => law === '') ? [] : [['grows as', ...laws]])];
}

export function lawOf({ key, hasLaw = true }: Quantity, rows: readonly Row[]): string {
  if (!hasLaw) return '';
  const law = fitPowerLaw(
    rows.flatMap((row) => (row[key] === undefined ? [] : [[row.size, row[key]] as const])),
  );
  return law === undefined ? '' : nameLaw(law);
}

/** Three digits say all that a measurement knows. */
function figure(value: number | undefined): string {
  if (value === undefined) return '–';
  return Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}
