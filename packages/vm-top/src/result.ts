import type { DomainFigures, DomainRates, HostFigures } from '@vm-tools/libdomain';

/** Behind the looks, on stderr. */
export interface TopSummary {
  /** how many were printed */
  readonly looks: number;
}

/** A look, as a line of --json: always the same fields, null for what is not known yet. */
export interface Look extends Omit<HostFigures, 'atMs' | 'domains'> {
  /** when it was, ISO 8601 */
  readonly at: string;
  readonly domains: readonly DomainLook[];
}

/** A domain in a look. */
export interface DomainLook extends Omit<DomainFigures, 'rates'>, NullableRates {
  /** `cpuSeconds` under the name that it has everywhere else */
  readonly cpuTimeSeconds: number;
}

/** What a domain has used since the look before; null in the first one. */
export type NullableRates = { readonly [Name in keyof DomainRates]: number | null };
