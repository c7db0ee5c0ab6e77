/** One way of an image through a tool, and a C program that leads the same bytes the same way. */
export interface Passage {
  readonly name: string;
  /** program and words; FILE stands for an image, OUT for a new file */
  readonly ours: string;
  /** a program and its words */
  readonly beside: string;
  /** the domain that it has made is to be removed */
  readonly makesDomain?: boolean;
}

export const GUEST = 'bench';

/** What is not written into a file goes into a pipe. */
export const PASSAGES: readonly Passage[] = [
  {
    name: 'save into a pipe',
    ours: `vm-save -q -c ${GUEST} -o -`,
    beside: 'dd if=FILE bs=1M',
  },
  {
    name: 'save with a limit that does not bind',
    ours: `vm-save -q -c ${GUEST} --bwlimit 100G -o OUT`,
    beside: 'dd if=FILE of=OUT bs=1M',
  },
  {
    name: 'save, compressed',
    ours: `vm-save -q -c -z ${GUEST} -o OUT`,
    beside: 'zstd -q -1 -T1 FILE -o OUT',
  },
  {
    name: 'restore with a limit that does not bind',
    ours: 'vm-restore -q --bwlimit 100G FILE',
    beside: 'dd if=FILE bs=1M',
    makesDomain: true,
  },
];
