import { MOST_CPUS } from '../../scheduling/scheduling.ts';
import { SpecError } from './spec-error.ts';

const PART = /^(?<not>\^?)(?<nodes>nodes?:)?(?:(?<all>all)|\s*(?<first>\d{1,9})(?:-(?<last>\d{1,9}))?)$/;
const HINT = 'write "all", or numbers and ranges: "0-3,^1"';

/**
 * Processors as xl names them: "0-3,^1" are 0, 2 and 3. Each part is added to those before it, or with ^ taken away.
 *
 * @returns their numbers, ascending; none for "all"
 * @throws SpecError CONFIG_INVALID, or CONFIG_UNSUPPORTED for what depends on the host
 */
export function readProcessorsSpec(spec: string): readonly number[] {
  const cpus = new Set<number>();
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
      continue;
    }
    if (first === undefined || Number(last) < Number(first) || Number(last) >= MOST_CPUS)
      throw new SpecError('is no range of processors', part, HINT);
    if (not !== '' && isAll)
      throw new SpecError(
        'all but some is not supported yet',
        part,
        'write "0-2" with the numbers of those that are left',
        'CONFIG_UNSUPPORTED',
      );
    for (let cpu = Number(first); cpu <= Number(last); cpu += 1)
      if (not === '') cpus.add(cpu);
      else cpus.delete(cpu);
  }
  if (isAll) return [];
  if (cpus.size === 0) throw new SpecError('leaves no processor', undefined, HINT);
  return [...cpus].sort((a, b) => a - b);
}
