/**
 * Waits until all have ended, and only then fails with the first failure: a caller that gets it can rely on that
 * nothing goes on any more.
 */
export async function allThrough(works: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(works)) if (result.status === 'rejected') throw result.reason;
}
