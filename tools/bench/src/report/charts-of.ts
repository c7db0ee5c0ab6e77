import type { Quantity, Result } from '../experiment.ts';
import type { Chart } from './chart.ts';
import { lawOf } from './tables.ts';

/** Whether it is of interest how it grows. */
export function hasLaw(quantity: Quantity): boolean {
  return quantity.hasLaw ?? true;
}

/** One for each unit, since milliseconds and mebibytes have no axis in common. */
export function chartsOf({ title, sizeLabel, quantities, rows }: Result): Chart[] {
  const plotted = quantities.filter(hasLaw);
  return Object.entries(Object.groupBy(plotted, ({ unit }) => unit)).map(([unit, ofUnit]) => ({
    title: `${title}: ${unit}`,
    xLabel: sizeLabel,
    yLabel: unit,
    lines: ofUnit.map((quantity: Quantity) => ({
      label: `${quantity.label} (${lawOf(quantity, rows).split(',')[0] ?? ''})`,
      points: rows.flatMap((row) => {
        const value = row[quantity.key];
        return value === undefined ? [] : [[row.size, value] as const];
      }),
    })),
  }));
}
