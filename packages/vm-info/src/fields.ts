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
