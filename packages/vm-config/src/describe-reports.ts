import { shown } from '@vm-tools/words';
import type { FileReport, Place } from './report.ts';

/** For people and for editors: a line for each mistake and warning, as compilers write them, and a sum. */
export function describeReports(reports: readonly FileReport[]): string {
  const refused = reports.filter(({ ok }) => !ok);
  const sum = {
    files: reports.length,
    taken: reports.length - refused.length,
    refused: refused.length,
    mistakes: refused.reduce((count, report) => count + report.refused.length, 0),
    warnings: reports.reduce((count, { warnings }) => count + warnings.length, 0),
  };
  const counts = Object.entries(sum).map(([name, count]) => `${name}: ${count}`);
  return [...reports.flatMap(linesOf), counts.join(', ')].join('\n');
}

function linesOf({ file, refused, warnings }: FileReport): string[] {
  return [
    ...refused.flatMap((refusal) => [
      shown(`${placeIn(file, refusal)}: error: ${refusal.message} [${refusal.code}]`),
      ...(refusal.hint === undefined ? [] : [shown(`  hint: ${refusal.hint}`)]),
    ]),
    ...warnings.map((warning) => shown(`${placeIn(file, warning)}: warning: ${warning.message}`)),
  ];
}

function placeIn(file: string, { line, column, in: elsewhere }: Place): string {
  const where = elsewhere === undefined ? file : `${file}: ${elsewhere}`;
  return line === undefined || column === undefined ? where : `${where}:${line}:${column}`;
}
