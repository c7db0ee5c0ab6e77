import { shown } from '@vm-tools/words';

/** A name and what is said of it; without a value there is no line. */
export type Fields = readonly (readonly [name: string, value: string | undefined])[];

/** Lines of names and values, the values in one column. */
export function formatFields(fields: Fields): string {
  const known = fields.filter((field): field is [string, string] => field[1] !== undefined);
  const width = Math.max(...known.map(([name]) => name.length));
  return known.map(([name, value]) => `${name.padEnd(width)}  ${shown(value)}`.trimEnd()).join('\n');
}

/** e.g. "512 MiB" */
export function mib(kib: number): string {
  return `${Math.round(kib / 1024)} MiB`;
}

/** e.g. "0-3,7" */
export function formatCpus(cpus: readonly number[]): string {
  const runs: [first: number, last: number][] = [];
  for (const cpu of cpus) {
    const run = runs.at(-1);
    if (run !== undefined && run[1] === cpu - 1) run[1] = cpu;
    else runs.push([cpu, cpu]);
  }
  return runs.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(',');
}
