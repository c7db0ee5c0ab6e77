/** A document that is no result of a command, and the type that says what it is. */
export interface PrintedDocument {
  /** of its schema */
  readonly file: string;
  readonly title: string;
  readonly description: string;
  /** from the root of the project */
  readonly source: string;
  /** that it exports */
  readonly type: string;
}

/** The documents that are printed beside results. */
export const DOCUMENTS: readonly PrintedDocument[] = [];
