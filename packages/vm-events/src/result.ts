/** Behind the events, on stderr; with --journald on stdout. */
export interface EventsSummary {
  /** how many were told */
  readonly events: number;
}
