import type { OpenedHost } from '@vm-tools/cli';

type DomainList = Pick<OpenedHost['xen'], 'domainGetinfolist'>;

/** Whether there is any domain besides dom0, one that is still dying included. */
export async function hasDomains(xen: DomainList): Promise<boolean> {
  const infos = await xen.domainGetinfolist();
  return infos.some(({ domid }) => domid !== 0);
}

/**
 * Looks for domains at each tick, and returns at the second one in a row that sees none: between the end of a domain
 * and its restart there is a moment without it, but not one as long as from tick to tick.
 */
export async function untilIdle(xen: DomainList, tick: () => Promise<unknown>): Promise<void> {
  let wasEmpty = false;
  while (true) {
    await tick();
    const isEmpty = !(await hasDomains(xen));
    if (isEmpty && wasEmpty) return;
    wasEmpty = isEmpty;
  }
}
