import type { StoreAccess } from '@vm-tools/xenstore';
import type { Host } from '../host.ts';
import { domainPath, libxlPath, vmPath } from '../paths.ts';

/** Everything in xenstore that stands there for this domain alone. */
export async function removeNodes(host: Host, domid: number, uuid: string): Promise<void> {
  await host.store.transaction(async (tx) => {
    await removeGuestNodes(tx, domid, uuid);
    await tx.rm(libxlPath(domid));
  });
}

/** What the guest can see of it; what toolstacks keep about it stays. */
export async function removeGuestNodes(tx: StoreAccess, domid: number, uuid: string): Promise<void> {
  const vm = (await tx.read(`${domainPath(domid)}/vm`)) ?? vmPath(uuid);
  await tx.rm(domainPath(domid));
  if (vm.startsWith('/vm/') && !(await isUsed(tx, vm))) await tx.rm(vm);
}

/** Whether the virtual machine lives on under another domid, as when it was restarted while its old domain died. */
async function isUsed(tx: StoreAccess, vm: string): Promise<boolean> {
  for (const domid of (await tx.directory('/local/domain')) ?? []) {
    if ((await tx.read(`/local/domain/${domid}/vm`)) === vm) return true;
  }
  return false;
}
