import type { Xenstore } from '@vm-tools/xenstore';

const DOM0_UUID = '00000000-0000-0000-0000-000000000000';

/** Writes the nodes of xenstored, xen-init-dom0 and xenconsoled at the boot of a host. */
export async function writeDom0Nodes(store: Xenstore, memoryKib: number): Promise<void> {
  const nodes: Readonly<Record<string, string>> = {
    '/tool/xenstored': '',
    '/local/domain/0/vm': `/vm/${DOM0_UUID}`,
    '/local/domain/0/name': 'Domain-0',
    '/local/domain/0/domid': '0',
    '/local/domain/0/control/feature-poweroff': '1',
    '/local/domain/0/control/feature-reboot': '1',
    '/local/domain/0/memory/target': `${memoryKib}`,
    '/local/domain/0/memory/static-max': `${memoryKib}`,
    [`/vm/${DOM0_UUID}/uuid`]: DOM0_UUID,
    [`/vm/${DOM0_UUID}/name`]: 'Domain-0',
    '/libxl/0/type': 'pv',
  };
  await store.transaction(async (tx) => {
    for (const [path, value] of Object.entries(nodes)) await tx.write(path, value);
  });
}
