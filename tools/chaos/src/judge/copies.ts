import { copiesOf } from '../settle.ts';
import type { World } from '../world.ts';

/** Each guest is there exactly once, or not at all if a user has destroyed it. */
export function judgeCopies(world: World): string[] {
  const problems: string[] = [];
  for (const guest of world.guests) {
    const copies = copiesOf(world, guest);
    if (copies.length === 1 || (copies.length === 0 && guest.mayBeGone)) continue;
    const where = copies.map(
      ({ host, domain }) => `${host.name}/${domain.domid} ${domain.isRunning ? 'running' : 'not running'}`,
    );
    problems.push(`${guest.name} is there ${copies.length} times: ${where.join(', ')}`);
  }
  return problems;
}
