/** The name of an argument, taken apart. */
export interface ArgumentName {
  /** "domain" */
  readonly name: string;
  readonly isOptional: boolean;
  readonly isRepeated: boolean;
}

/** "<domain...>" or "[file]", as commander writes it. */
export function parseArgument(text: string): ArgumentName {
  return {
    name: text.replaceAll(/[<>[\].]/g, ''),
    isOptional: text.startsWith('['),
    isRepeated: text.includes('...'),
  };
}
