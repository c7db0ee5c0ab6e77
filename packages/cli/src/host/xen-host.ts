import { nativeDom0 } from '@vm-tools/dom0';
import { openXen } from '@vm-tools/xc-native';
import type { ConnectedHost } from '@vm-tools/xen-wire';
import { connectXenstore } from '@vm-tools/xenstore';

/** Xen's libraries are asked before xenstore: where there is no Xen their error is the one that helps. */
export async function openXenHost(root: string, options: { signal?: AbortSignal }): Promise<ConnectedHost> {
  const xen = await openXen();
  try {
    const store = await connectXenstore(options);
    return {
      xen,
      store,
      dom0: nativeDom0(),
      root,
      close: async () => {
        await store.close();
        await xen.close();
      },
    };
  } catch (thrown) {
    await xen.close();
    throw thrown;
  }
}
