import { MOST_CPUS, type AllBut } from '../../scheduling/scheduling.ts';
import { SpecError } from './spec-error.ts';

const PART = /^(?<not>\^?)(?<nodes>nodes?:)?(?:(?<all>all)|\s*(?<first>\d{1,9})(?:-(?<last>\d{1,9}))?)$/;
const HINT = 'write "all", or numbers and ranges: "0-3,^1"';

/**
 * Processors as xl names them: "0-3,^1" are 0, 2 and 3. Each part is added to those before it, or with ^ taken away.
 *
 * @returns their numbers, ascending; none for "all"; for "all,^1" those that are not meant
 * @throws SpecError CONFIG_INVALID, or CONFIG_UNSUPPORTED for nodes of the host
 */
export function readProcessorsSpec(spec: string): readonly number[] | AllBut {
  /** Those that are meant; behind "all" those that are not. */
  const named = new Set<number>();
  let isAll = false;
  for (const part of spec.split(',').filter((word) => word !== '')) {
    const { not = '', nodes, all, first, last = first } = PART.exec(part)?.groups ?? {};
    if (nodes !== undefined)
      throw new SpecError(
        'nodes of a host are not supported yet',
        part,
        'write "0-3" with the numbers of their processors; xl info -n tells them',
        'CONFIG_UNSUPPORTED',
      );
    if (all !== undefined && not === '') {
      isAll = true;
      named.clear();
      continue;
    }
    if (first === undefined || Number(last) < Number(first) || Number(last) >= MOST_CPUS)
      throw new SpecError('is no range of processors', part, HINT);
    for (let cpu = Number(first); cpu <= Number(last); cpu += 1)
      if ((not === '') === isAll) named.delete(cpu);
      else named.add(cpu);
  }
  if (named.size === 0 && !isAll) throw new SpecError('leaves no processor', undefined, HINT);
  const cpus = [...named].sort((a, b) => a - b);
  return isAll && cpus.length > 0 ? { allBut: cpus } : cpus;
}
