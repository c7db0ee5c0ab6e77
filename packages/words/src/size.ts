const POWERS: Readonly<Record<string, number>> = { '': 0, k: 1, m: 2, g: 3, t: 4 };
const SYNTAX = /^(?<number>\d{1,16}(?:\.\d{1,16})?) ?(?:(?<power>[kmgt])(?<base>i?b)?|(?<bytes>b))?$/i;
const ALONE_BYTES = { bytes: 1, MiB: 2 ** 20 } as const;

/** The same for JSON Schema, which knows no letters of either case. */
export const SIZE_PATTERN = '^[0-9]{1,16}(\\.[0-9]{1,16})? ?([kKmMgGtT]([iI]?[bB])?|[bB])?$';

/** What a size may look like at one place. */
export interface SizeSyntax {
  /** What a number alone counts; without it there has to be a unit. */
  readonly alone?: keyof typeof ALONE_BYTES;
  /** Parts of so many bytes are rounded up, as those of a byte are. @default 1 */
  readonly wholeBytes?: number;
}

/**
 * Bytes of a size, wherever one is written: "512M", "512MiB" and "512 mib" are 512 × 2^20, as K, G and T are powers of
 * 1024, and "512MB" is 512 × 10^6; "512B" is bytes. Undefined if it is none. What is not xl's: the numbers of xl.cfg
 * have no units, and rates have bits as well.
 */
export function sizeOf(text: string, { alone, wholeBytes = 1 }: SizeSyntax = {}): number | undefined {
  const { number, power = '', base = '', bytes } = SYNTAX.exec(text.trim())?.groups ?? {};
  if (number === undefined) return undefined;
  const hasUnit = power !== '' || bytes !== undefined;
  if (!hasUnit && alone === undefined) return undefined;
  const unit = (base.length === 1 ? 1000 : 1024) ** (POWERS[power.toLowerCase()] as number);
  const exact = Number(number) * (hasUnit || alone === undefined ? unit : ALONE_BYTES[alone]);
  return Math.ceil(exact / wholeBytes) * wholeBytes;
}

/** How a size is written, in the words of every hint and every --help, behind "write it" or "so much,". */
export function sizeWords({ alone }: Pick<SizeSyntax, 'alone'> = {}): string {
  const units = 'like 512M, 2G or 1.5GiB (units of 1024), or 2GB (of 1000)';
  return alone === undefined ? units : `${units}; a number alone counts ${alone}`;
}
