import { VmToolsError } from '@vm-tools/errors';
import type { Xen } from '@vm-tools/xc-native';
import type { Xenstore } from '@vm-tools/xenstore';

/** A host to act on; libdomain takes it as it is. */
export interface OpenedHost {
  readonly xen: Xen;
  readonly store: Xenstore;
  /** What all files lie under: VM_TOOLS_ROOT. */
  readonly root: string;
  close(): Promise<void>;
}

/**
 * Opens the host that --host names. Xen's libraries are loaded here and not before, and asked before xenstore: where
 * there is no Xen its error is the one that helps.
 * @throws VmToolsError of kind usage for a host that is not `xen:`, of kind no-xen otherwise
 */
export async function openHost(spec: string, root: string, signal?: AbortSignal): Promise<OpenedHost> {
  if (spec !== 'xen:') throw unknownHost(spec);
  const { openXen } = await import('@vm-tools/xc-native');
  const xen = await openXen();
  try {
    const { connectXenstore } = await import('@vm-tools/xenstore');
    const store = await connectXenstore(signal ? { signal } : {});
    return {
      xen,
      store,
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

function unknownHost(spec: string): VmToolsError {
  return new VmToolsError({
    code: 'HOST_UNKNOWN',
    kind: 'usage',
    message: spec.startsWith('sim:')
      ? `this version has no simulated hosts, so "${spec}" cannot be opened`
      : `"${spec}" is not a host`,
    hint: 'use --host xen: (the default), or unset VM_TOOLS_HOST',
  });
}
