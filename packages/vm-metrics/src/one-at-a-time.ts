/**
 * A function that makes something of which one is enough: who asks while it is being made gets the same one.
 */
export function oneAtATime<Made>(make: () => Promise<Made>): () => Promise<Made> {
  let making: Promise<Made> | undefined;
  return () =>
    (making ??= make().finally(() => {
      making = undefined;
    }));
}
