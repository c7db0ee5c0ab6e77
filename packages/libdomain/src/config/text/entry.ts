import type { Position } from '../problems/config-error.ts';

/** The values of either file format. */
export type EntryValue =
  string | number | boolean | null | readonly EntryValue[] | { readonly [key: string]: EntryValue };

/** One `key = value` of a configuration, before it is interpreted. */
export interface Entry {
  readonly key: string;
  readonly value: EntryValue;
  readonly keyPosition: Position;
  readonly valuePosition: Position;
  /** of each item, where the value is a list in a file */
  readonly itemPositions?: readonly Position[];
  /** built with `+=`, which xl refuses for numbers */
  readonly isAppended?: boolean;
  /** where it is given a second time, with another value */
  readonly repeatedAt?: Position;
}

/** The entries of a configuration, by their keys, in the order of the text. */
export type Entries = Map<string, Entry>;
