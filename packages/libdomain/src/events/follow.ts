import type { Xenstore } from '@vm-tools/xenstore';

/**
 * Calls back at every change at or below a path, until it is disposed of. When it resolves, no change from then on is
 * missed, and what is read from then on is not older.
 *
 * @param onLost called when nothing more can be learned, with the cause
 */
export async function follow(
  store: Pick<Xenstore, 'watch'>,
  path: string,
  onChange: (path: string) => void,
  onLost: (thrown: unknown) => void,
): Promise<AsyncDisposable> {
  const watch = store.watch(path);
  try {
    await watch.next(); // for the state at its registration
  } catch (thrown) {
    await watch.return();
    throw thrown;
  }
  void (async (): Promise<void> => {
    for await (const changed of watch) onChange(changed);
  })().catch(onLost);
  return watch;
}
