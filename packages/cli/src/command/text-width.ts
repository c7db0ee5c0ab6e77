/** A description that has fewer columns than this beside its term stands below it. */
export const NARROWEST = 24;

/** On a terminal as wide as that; longer lines are hard to read. */
const WIDEST = 120;
/** Of a text for what is no terminal. */
export const WIDTH = 80;

/** How wide a text for people may be: as the terminal is, or $COLUMNS says. */
export function textWidth(
  { columns = 0 }: { readonly columns?: number },
  environment: NodeJS.ProcessEnv,
): number {
  const asked = Number(environment['COLUMNS']);
  const known = columns > 0 ? columns : asked > 0 ? Math.floor(asked) : WIDTH;
  return Math.max(2 * NARROWEST, Math.min(WIDEST, known));
}
