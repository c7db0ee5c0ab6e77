import { MOST_CPUS, type WantedOfVcpu } from '../../scheduling/scheduling.ts';
import { SpecError } from './spec-error.ts';

const PART = /^(?<not>\^?)(?<nodes>nodes?:)?(?:(?<all>all)|\s*(?<first>\d{1,9})(?:-(?<last>\d{1,9}))?)$/;
const HINT = 'write "all", or numbers and ranges: "0-3,^1"';

/** One part of it: those of it are added to those before, or with ^ taken away. */
interface Part {
  readonly isTaken: boolean;
  readonly isNodes: boolean;
  readonly first: number;
  readonly last: number;
}

/**
 * Processors as xl names them: "0-3,^1" are 0, 2 and 3. Each part is added to those before it, or with ^ taken away.
 *
 * @returns their numbers, ascending; none for "all"; for "all,^1" those that are not meant; where nodes of a host are
 *   named, the text in one form
 * @throws SpecError CONFIG_INVALID
 */
export function readProcessorsSpec(spec: string): WantedOfVcpu {
  const parts: Part[] = [];
  let isAll = false;
  for (const part of spec.split(',').filter((word) => word !== '')) {
    const { not = '', nodes, all, first, last = first } = PART.exec(part)?.groups ?? {};
    if (all !== undefined && not === '') {
      isAll = true;
      parts.length = 0;
      continue;
    }
    if (first === undefined || Number(last) < Number(first) || Number(last) >= MOST_CPUS)
      throw new SpecError('is no range of processors', part, HINT);
    const isNodes = nodes !== undefined;
    parts.push({ isTaken: not === '', isNodes, first: Number(first), last: Number(last) });
  }
  if (!isAll && !parts.some(({ isTaken }) => isTaken)) throw leavesNone();
  return parts.some(({ isNodes }) => isNodes) ? { spec: inOneForm(parts, isAll) } : numbersOf(parts, isAll);
}

function leavesNone(): SpecError {
  return new SpecError('leaves no processor', undefined, HINT);
}

function inOneForm(parts: readonly Part[], isAll: boolean): string {
  const texts = parts.map(({ isTaken, isNodes, first, last }) =>
    [isTaken ? '' : '^', isNodes ? 'node:' : '', first, last === first ? '' : `-${last}`].join(''),
  );
  return [...(isAll ? ['all'] : []), ...texts].join(',');
}

function numbersOf(parts: readonly Part[], isAll: boolean): WantedOfVcpu {
  /** Those that are meant; behind "all" those that are not. */
  const named = new Set<number>();
  for (const { isTaken, first, last } of parts)
    for (let cpu = first; cpu <= last; cpu += 1)
      if (isTaken === isAll) named.delete(cpu);
      else named.add(cpu);
  if (named.size === 0 && !isAll) throw leavesNone();
  const cpus = [...named].sort((a, b) => a - b);
  return isAll && cpus.length > 0 ? { allBut: cpus } : cpus;
}
