/** The flags of an option, taken apart. */
export interface Flags {
  /** "-o" */
  readonly short?: string;
  /** "--output" */
  readonly long: string;
  /** what stands for its value, without brackets: "file" */
  readonly value?: string;
  /** whether the value may be left out */
  readonly isOptional: boolean;
}

const FLAGS =
  /^(?:(?<short>-[a-zA-Z]), )?(?<long>--[a-z][a-z0-9-]*)(?: (?<bracket>[<[])(?<value>[^>\]]+)[>\]])?$/;

/** "-o, --output <file>", as commander writes it. */
export function parseFlags(flags: string): Flags {
  const { short, long, bracket, value } = FLAGS.exec(flags)?.groups ?? {};
  if (long === undefined) throw new Error(`these are no flags: ${flags}`);
  return { ...(short && { short }), long, ...(value && { value }), isOptional: bracket === '[' };
}
