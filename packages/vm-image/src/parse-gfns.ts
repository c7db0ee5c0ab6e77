import { wrongUse } from '@vm-tools/cli';
import { parseCount, RANGES } from '@vm-tools/words';
import type { PfnRange } from '@vm-tools/xen-stream';

/**
 * "0x1000", or "0x1000-0x10ff" with the last page included.
 *
 * @throws VmToolsError NUMBER_RANGE, USAGE
 */
export function parseGfns(text: string): PfnRange {
  const [from = '', to = from, ...rest] = text.split('-');
  if (rest.length > 0) throw wrongUse(`"${text}" is no range of pages`, 'write it as 0x1000-0x10ff');
  const [first, last] = [parseCount(from, RANGES.gfn), parseCount(to, RANGES.gfn)];
  if (first > last)
    throw wrongUse(`"${text}" ends before it begins`, 'write the smaller number of the two first');
  return { first, last };
}
