const LETTERS = 26;

interface Form {
  readonly pattern: RegExp;
  readonly number: (disk: number, partition: number) => number | undefined;
}

/** "xvda", "d0p1", "hdc2", "sdb": the drivers of Linux by the major numbers that their devices have. */
const FORMS: readonly Form[] = [
  { pattern: /^xvd([a-z]{1,4})([1-9]\d{0,2})?$/, number: xenNumber },
  { pattern: /^d(0|[1-9]\d{0,6})(?:p(0|[1-9]\d{0,2}))?$/, number: xenNumber },
  {
    pattern: /^hd([a-d])([1-9]\d?)?$/,
    number: (disk, partition) =>
      partition < 64 ? ((disk < 2 ? 3 : 22) << 8) | ((disk & 1) << 6) | partition : undefined,
  },
  {
    pattern: /^sd([a-p])([1-9]\d?)?$/,
    number: (disk, partition) => (partition < 16 ? (8 << 8) | (disk << 4) | partition : undefined),
  },
];

/** The first disks have the numbers of a Linux device, the others a range of their own (docs/misc/vbd-interface). */
function xenNumber(disk: number, partition: number): number | undefined {
  if (disk <= 15 && partition <= 15) return (202 << 8) | (disk << 4) | partition;
  return disk < 1 << 20 && partition < 256 ? (1 << 28) | (disk << 8) | partition : undefined;
}

/**
 * The number of a virtual disk, under which it stands in xenstore: 51712 for "xvda". A number is taken as it is.
 *
 * @returns undefined for what names no virtual disk
 */
export function vdevNumber(vdev: string): number | undefined {
  if (/^(0x[\da-f]{1,8}|\d{1,10})$/i.test(vdev)) {
    const number = Number(vdev);
    return number < 2 ** 31 ? number : undefined;
  }
  for (const { pattern, number } of FORMS) {
    const [, disk, partition = '0'] = pattern.exec(vdev) ?? [];
    if (disk !== undefined) return number(diskOf(disk), Number(partition));
  }
  return undefined;
}

/** "a" is 0, "z" is 25, "aa" is 26. */
function diskOf(disk: string): number {
  if (/^\d/.test(disk)) return Number(disk);
  let count = 0;
  for (const letter of disk) count = count * LETTERS + (letter.charCodeAt(0) - 'a'.charCodeAt(0) + 1);
  return count - 1;
}
