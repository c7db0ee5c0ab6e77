import type { AutostartEntry } from './autostart/entry.ts';

/** What has a place in the order of a host. */
export type Placed = Pick<AutostartEntry, 'name' | 'order' | 'after'>;

/** Guests that may start side by side, once those of the waves before run. */
export interface Order<Guest> {
  readonly waves: readonly (readonly Guest[])[];
  /** Names of guests that wait for each other: what they wait for does not count. */
  readonly circle: readonly string[];
}

/** The number of a wave: an order, and how many guests of that order one waits for in turn. */
interface Level {
  readonly order: number;
  readonly depth: number;
}

/**
 * Puts guests into waves by their orders, those of one wave by their names. What a guest waits for outranks its number: it comes behind it. One that is
 * not among the guests is not waited for.
 */
export function orderOf<Guest extends Placed>(guests: readonly Guest[]): Order<Guest> {
  const byName = new Map(guests.map((guest) => [guest.name, guest]));
  const levels = new Map<Guest, Level>();
  const path: Guest[] = [];
  const circle = new Set<string>();

  function levelOf(guest: Guest): Level {
    const known = levels.get(guest);
    if (known !== undefined) return known;
    path.push(guest);
    let level: Level = { order: guest.order, depth: 0 };
    for (const name of guest.after) {
      const other = byName.get(name);
      if (other === undefined) continue;
      const at = path.indexOf(other);
      if (at >= 0) {
        for (const { name: member } of path.slice(at)) circle.add(member);
        continue;
      }
      const { order, depth } = levelOf(other);
      const behind = { order, depth: depth + 1 };
      if (compare(behind, level) > 0) level = behind;
    }
    path.pop();
    levels.set(guest, level);
    return level;
  }

  const sorted = guests
    .map((guest) => ({ guest, level: levelOf(guest) }))
    .sort((a, b) => compare(a.level, b.level) || a.guest.name.localeCompare(b.guest.name));
  const waves: Guest[][] = [];
  let last: Level | undefined;
  for (const { guest, level } of sorted) {
    if (last === undefined || compare(last, level) !== 0) waves.push([]);
    waves.at(-1)?.push(guest);
    last = level;
  }
  return { waves, circle: [...circle] };
}

function compare(a: Level, b: Level): number {
  return a.order - b.order || a.depth - b.depth;
}
