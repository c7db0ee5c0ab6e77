import type { Domain } from '../domain.ts';
import type { Host } from '../host.ts';
import { domainPath, lastSavePath } from '../paths.ts';

/**
 * Notes that a copy of a domain was saved while the domain goes on. The note is gone with the domain.
 *
 * @param at ms since 1970
 */
export async function noteSave(host: Pick<Host, 'store'>, { domid }: Domain, at = Date.now()): Promise<void> {
  await host.store.write(lastSavePath(domid), String(Math.floor(at / 1000)));
}

/**
 * When copies of domains were last saved while these went on, seconds since 1970; without those that never were.
 */
export function lastSaves(
  host: Pick<Host, 'store'>,
  domids: readonly number[],
): Promise<ReadonlyMap<number, number>> {
  return numbersAt(host, domids, lastSavePath);
}

/** The memory that each of the domains has been asked to have, KiB; without those that have not been asked. */
export function memoryTargets(
  host: Pick<Host, 'store'>,
  domids: readonly number[],
): Promise<ReadonlyMap<number, number>> {
  return numbersAt(host, domids, (domid) => `${domainPath(domid)}/memory/target`);
}

/** Whole numbers alone: other toolstacks and the guest itself may write other things. */
async function numbersAt(
  { store }: Pick<Host, 'store'>,
  domids: readonly number[],
  pathOf: (domid: number) => string,
): Promise<ReadonlyMap<number, number>> {
  const texts = await Promise.all(domids.map((domid) => store.read(pathOf(domid))));
  return new Map(
    texts.flatMap((text, index) =>
      text !== undefined && /^\d{1,15}$/.test(text) ? [[domids[index] as number, Number(text)] as const] : [],
    ),
  );
}
