import type { Result } from '../experiment.ts';
import { drawBars } from './bars.ts';
import { drawCharts, escape } from './chart.ts';
import { chartsOf, hasLaw } from './charts-of.ts';
import { cellsOf } from './tables.ts';

const STYLE = `body { font-family: sans-serif; max-width: 72em; margin: 2em auto; }
table { border-collapse: collapse; } td, th { border: 1px solid #ccc; padding: 2px 8px; text-align: right; }`;

/** All results on one page, with their plots in it: it needs no network. */
export function htmlReport(results: readonly Result[]): string {
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8"><title>vm-tools: what was measured</title>',
    `<style>${STYLE}</style></head><body>`,
    '<h1>What was measured</h1>',
    ...results.map(sectionOf),
    '</body></html>',
    '',
  ].join('\n');
}

function sectionOf(result: Result): string {
  const { title, machine, notes } = result;
  const [heads, ...lines] = cellsOf(result);
  const row = (cells: readonly string[], tag: string): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escape(cell)}</${tag}>`).join('')}</tr>`;
  return [
    `<h2>${escape(title)}</h2>`,
    plotOf(result),
    `<table>${row(heads ?? [], 'th')}${lines.map((cells) => row(cells, 'td')).join('')}</table>`,
    `<ul>${[...notes, `Measured with ${machine}.`].map((note) => `<li>${escape(note)}</li>`).join('')}</ul>`,
  ].join('\n');
}

/** How quantities grow, or the ratio of each row, or nothing. */
function plotOf(result: Result): string {
  if (result.quantities.some(hasLaw)) return drawCharts(chartsOf(result));
  const bars = result.rows.flatMap(({ ratio, lowest, highest }, at) =>
    ratio === undefined ? [] : [{ label: result.names?.[at] ?? '', value: ratio, lowest, highest }],
  );
  const label = result.quantities.find(({ key }) => key === 'ratio')?.label ?? '';
  return bars.length === 0 ? '' : drawBars(label, bars);
}
