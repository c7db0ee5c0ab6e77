/** A document that is no result of a command, and the type that says what it is. */
export interface PrintedDocument {
  /** of its schema */
  readonly file: string;
  readonly title: string;
  readonly description: string;
  /** that lines.ts exports */
  readonly type: string;
}

/** The documents that are printed beside results, or in their place. */
export const DOCUMENTS: readonly PrintedDocument[] = [
  {
    file: 'error.json',
    title: 'error',
    description: 'What any command prints on stdout with --json when it has failed.',
    type: 'Failure',
  },
  {
    file: 'line.json',
    title: 'line',
    description: 'A line that any command prints on stderr with --json, while it works.',
    type: 'Line',
  },
  {
    file: 'vm-events-line.json',
    title: 'vm-events line',
    description: 'A line that vm-events --json prints on stdout; its result comes behind them, on stderr.',
    type: 'EventLine',
  },
  {
    file: 'vm-top-line.json',
    title: 'vm-top line',
    description: 'A line that vm-top --json prints on stdout; its result comes behind them, on stderr.',
    type: 'LookLine',
  },
];
