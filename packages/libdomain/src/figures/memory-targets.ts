import type { Host } from '../host.ts';
import { domainPath } from '../paths.ts';

/** The memory that each of the domains has been asked to have, KiB; without those that have not been asked. */
export async function memoryTargets(
  { store }: Pick<Host, 'store'>,
  domids: readonly number[],
): Promise<ReadonlyMap<number, number>> {
  const texts = await Promise.all(domids.map((domid) => store.read(`${domainPath(domid)}/memory/target`)));
  return new Map(
    texts.flatMap((text, index) =>
      text !== undefined && /^\d{1,15}$/.test(text) ? [[domids[index] as number, Number(text)] as const] : [],
    ),
  );
}
