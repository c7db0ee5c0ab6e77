import type { Xen } from '@vm-tools/xc-native';
import type { StoreAccess } from '@vm-tools/xenstore';
import type { Host } from '../host.ts';
import { domainPath, libxlPath, vmPath } from '../paths.ts';

/** All nodes of xenstore for this domain alone. */
export async function removeNodes({ xen, store }: Host, domid: number, uuid: string): Promise<void> {
  await store.transaction(async (tx) => {
    await removeGuestNodes(xen, tx, domid, uuid);
    await tx.rm(libxlPath(domid));
  });
}

/** Removes the nodes that the guest can see; those of toolstacks stay. */
export async function removeGuestNodes(
  xen: Pick<Xen, 'domainGetinfolist'>,
  tx: StoreAccess,
  domid: number,
  uuid: string,
): Promise<void> {
  await tx.rm(domainPath(domid));
  if (!(await livesOn(xen, domid, uuid))) await tx.rm(vmPath(uuid));
}

/**
 * Whether the virtual machine lives on under another domid, as when it was restarted while its old domain died. Xen
 * is asked, because in xenstore one would have to look at every domain.
 */
export async function livesOn(
  xen: Pick<Xen, 'domainGetinfolist'>,
  domid: number,
  uuid: string,
): Promise<boolean> {
  const infos = await xen.domainGetinfolist();
  return infos.some((info) => info.uuid === uuid && info.domid !== domid && !info.isDying);
}
