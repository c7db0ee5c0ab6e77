/** Behind the events, on stderr. */
export interface EventsSummary {
  /** how many were printed */
  readonly events: number;
}
