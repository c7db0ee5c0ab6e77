import { dirname } from 'node:path';
import type { Dom0 } from '@vm-tools/dom0';
import type { Xen } from '@vm-tools/xc-native';
import { connectXenstore, type Xenstore } from '@vm-tools/xenstore';
import { connectDom0, connectXen } from '../client/connect.ts';
import { dom0WhenAsked } from '../dom0/dom0-when-asked.ts';
import { hostAbsent, isAbsence } from './absent.ts';
import { requireOwnFolder } from './own-folder.ts';
import { simFolder, simPaths } from './paths.ts';

/** An opened host: its Xen, its xenstored and its control domain. */
export interface ConnectedHost {
  readonly xen: Xen;
  readonly store: Xenstore;
  readonly dom0: Dom0;
  /** The folder of all its files: that of a simulated host. */
  readonly root: string;
  close(): Promise<void>;
}

/**
 * Connects to a simulated host in another process.
 * @throws VmToolsError XEN_SIM_NAME, of kind usage; XEN_SIM_ABSENT, of kind no-xen; XEN_SIM_FOLDER_UNSAFE
 */
export async function connectSimulatedHost(
  name: string,
  { folder = simFolder(name), signal }: { readonly folder?: string; readonly signal?: AbortSignal } = {},
): Promise<ConnectedHost> {
  await requireOwnFolder(dirname(folder));
  const { hypercalls, xenstored, dom0: dom0Socket, root } = simPaths(folder);
  const presence = (thrown: unknown): unknown => (isAbsence(thrown) ? hostAbsent(name, thrown) : thrown);
  const dom0 = dom0WhenAsked(() =>
    connectDom0(dom0Socket, { signal }).catch((thrown: unknown) => {
      throw presence(thrown);
    }),
  );
  let xen: Xen | undefined;
  try {
    const openedXen = (xen = await connectXen(hypercalls, signal ? { signal } : {}));
    const store = await connectXenstore({ path: xenstored, signal });
    return {
      xen: openedXen,
      store,
      dom0,
      root,
      close: async () => {
        await store.close();
        await dom0.close();
        await openedXen.close();
      },
    };
  } catch (thrown) {
    await xen?.close();
    throw presence(thrown);
  }
}
