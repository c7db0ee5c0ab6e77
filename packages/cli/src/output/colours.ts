/** What messages use of chalk. */
export type Colours = Readonly<
  Record<'red' | 'yellow' | 'cyan' | 'dim' | 'inverse', (text: string) => string>
>;

const plain = (text: string): string => text;

/** For a file, a pipe, or a user who wants none. */
export const NO_COLOURS: Colours = { red: plain, yellow: plain, cyan: plain, dim: plain, inverse: plain };

/** Those of chalk, which is loaded only where something is coloured. */
export async function loadColours(): Promise<Colours> {
  const { Chalk } = await import('chalk');
  return new Chalk({ level: 1 });
}
