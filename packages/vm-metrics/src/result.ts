/** What was done with the metrics: printed, written to a file, or shown until a signal came. */
export type Metrics =
  | {
      /** in Prometheus' text format */
      readonly text: string;
    }
  | {
      /** that was written */
      readonly file: string;
    }
  | { readonly state: 'ended' };
