import type { Unit } from '../mutate/units.ts';
import type { CutImage } from './cut-image.ts';

/**
 * Of a PVH domain all pfns below 4 GiB are listed, most of them absent: 8 MiB in which nothing is to be found. A
 * stream without all but one of these records is one, too. What is left is copied, so that the rest need not be kept.
 */
export function slim({ head, libxc, tail }: CutImage): CutImage {
  const isAbsent = ({ name, tail: pages }: Unit): boolean => name === 'PAGE_DATA' && pages?.length === 0;
  const first = libxc.findIndex(isAbsent);
  const left = libxc.filter((unit, index) => !isAbsent(unit) || index === first);
  return { head: head.map(copied), libxc: left.map(copied), tail: tail.map(copied) };
}

function copied({ name, head, tail }: Unit): Unit {
  return { name, head: Buffer.from(head), tail: tail && Buffer.from(tail) };
}
