import type { DomainInfo } from '@vm-tools/xc-native';
import type { Domain } from '../../domain.ts';
import type { Host } from '../../host.ts';

/** Where a guest is that has a successor, in the words of errors. */
export const AS_SUCCESSOR = 'running here under a new domid';

/** The domain as which a guest has been made anew: it has the same UUID, under another domid. */
export async function findSuccessor(
  { xen }: Pick<Host, 'xen'>,
  { domid, uuid }: Pick<Domain, 'domid' | 'uuid'>,
): Promise<DomainInfo | undefined> {
  return (await xen.domainGetinfolist()).find(
    (info) => info.uuid === uuid && info.domid !== domid && !info.isDying,
  );
}
