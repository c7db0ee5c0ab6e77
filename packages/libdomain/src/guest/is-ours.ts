import type { Domain } from '../domain.ts';
import type { Host } from '../host.ts';
import { markerPath } from '../paths.ts';

/** Whether these tools have made a domain; one of xl's has a process of xl that looks after it. */
export async function isOurs(
  { store }: Pick<Host, 'store'>,
  { domid }: Pick<Domain, 'domid'>,
): Promise<boolean> {
  return (await store.read(markerPath(domid))) !== undefined;
}
