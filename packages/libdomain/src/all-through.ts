/**
 * Waits until all have ended, and only then fails with the first failure: a caller that gets it can rely on that
 * nothing goes on any more.
 */
export async function allThrough<Value>(works: readonly Promise<Value>[]): Promise<Value[]> {
  const results = await Promise.allSettled(works);
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}
