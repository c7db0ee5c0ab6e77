/** "0-3,7" of ascending numbers; "-" of none. */
export function processorsText(cpus: readonly number[]): string {
  const runs: { first: number; last: number }[] = [];
  for (const cpu of cpus) {
    const run = runs.at(-1);
    if (run?.last === cpu - 1) run.last = cpu;
    else runs.push({ first: cpu, last: cpu });
  }
  const texts = runs.map(({ first, last }) => (first === last ? String(first) : `${first}-${last}`));
  return texts.length === 0 ? '-' : texts.join(',');
}
