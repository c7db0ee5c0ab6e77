import type { DomainInfo } from '@vm-tools/xc-native';
import type { StoreAccess } from '@vm-tools/xenstore';
import { domainPath } from './paths.ts';

/** The names of these domains, in their order; undefined while one is being made or torn down. */
export async function readNames(
  store: Pick<StoreAccess, 'read'>,
  infos: readonly Pick<DomainInfo, 'domid'>[],
): Promise<(string | undefined)[]> {
  return Promise.all(infos.map(({ domid }) => store.read(`${domainPath(domid)}/name`)));
}
