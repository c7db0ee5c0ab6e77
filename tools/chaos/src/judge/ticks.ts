import type { World } from '../world.ts';

/** The counter of each guest went on without a repeat and without a gap, on whatever host it was. */
export async function judgeTicks(world: World): Promise<string[]> {
  const problems: string[] = [];
  for (const { name } of world.guests) {
    const consoles = await Promise.all([world.a, world.b].map(({ test }) => test.readConsole(name)));
    const counted = consoles.flatMap((text) =>
      [...text.matchAll(/^tick (\d+) /gm)].map(([, number]) => Number(number)),
    );
    const seen = new Set<number>();
    const repeated = counted.filter((tick) => seen.has(tick) || !seen.add(tick));
    if (repeated.length > 0)
      problems.push(
        `${name} counted ${repeated.length} times what it had counted, first ${repeated[0] ?? ''}`,
      );
    const last = Math.max(0, ...counted);
    if (seen.size !== last) problems.push(`${name} counted to ${last} and left out ${last - seen.size}`);
  }
  return problems;
}
