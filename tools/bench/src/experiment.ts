/** One thing that was measured at each size. */
export interface Quantity {
  /** its field in the rows */
  readonly key: string;
  readonly label: string;
  readonly unit: 'ms' | 's' | 'MiB' | '%' | '';
  /** How it grows is of interest. @default true */
  readonly hasLaw?: boolean;
}

/** At one size: `size`, and a number for each quantity that could be measured there. */
export type Row = Readonly<Record<string, number>> & { readonly size: number };

/** The result of an experiment. */
export interface Result {
  readonly name: string;
  readonly title: string;
  /** The quantity that grows from row to row. */
  readonly sizeLabel: string;
  readonly machine: string;
  readonly quantities: readonly Quantity[];
  readonly rows: readonly Row[];
  /** The names of the rows, where these are no sizes. */
  readonly names?: readonly string[];
  /** Notes for reading the figures. */
  readonly notes: readonly string[];
}

/** The size of an experiment, and the receiver of its progress. */
export interface Scope {
  /** domains of (b) */
  readonly domains: number;
  /** transfers of (a) */
  readonly transfers: number;
  /** the largest guest of (c) that is moved, in MiB */
  readonly largestMib: number;
  readonly report: (line: string) => void;
}

/** Sizes up to the largest, which is one of them. */
export function sizesUpTo(largest: number, usual: readonly number[]): number[] {
  return [...usual.filter((size) => size < largest), largest];
}
