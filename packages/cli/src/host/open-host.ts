import { VmToolsError } from '@vm-tools/errors';
import type { KnownTransfer } from '@vm-tools/libxfr/journals';
import type { ConnectedHost } from '@vm-tools/xen-wire';
import { simulatedName } from './simulated-name.ts';

/** A host to act on; libdomain takes it as it is. Of a real one the root is VM_TOOLS_ROOT. */
export interface OpenedHost extends ConnectedHost {
  /** The transfers of guests, by the journals of this host. */
  readonly transfers: { readonly of: (uuid: string) => Promise<KnownTransfer | undefined> };
  /** As what this process holds domains: the name of the executable. */
  readonly command: string;
}

/** The host's name, and the command that opens it. */
export interface OpenHostOptions {
  /** of a real host */
  readonly root: string;
  readonly command: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens the host that --host names: `xen:` or `sim:NAME`. Whatever answers for it is loaded here and not before.
 * @throws VmToolsError of kind usage for what is no host, of kind no-xen otherwise
 */
export async function openHost(spec: string, init: OpenHostOptions): Promise<OpenedHost> {
  const connected = await connectHost(spec, init);
  return {
    ...connected,
    transfers: {
      of: async (uuid) => {
        const { transferOf } = await import('./transfer-of.ts');
        return transferOf(uuid, connected.root);
      },
    },
    command: init.command,
  };
}

async function connectHost(spec: string, { root, signal }: OpenHostOptions): Promise<ConnectedHost> {
  const options = signal ? { signal } : {};
  const name = simulatedName(spec);
  if (name !== undefined) {
    const { connectSimulatedHost } = await import('./simulated-host.ts');
    return connectSimulatedHost(name, options);
  }
  if (spec === 'xen:') {
    const { openXenHost } = await import('./xen-host.ts');
    return openXenHost(root, options);
  }
  throw new VmToolsError({
    code: 'HOST_UNKNOWN',
    kind: 'usage',
    message: `"${spec}" is not a host`,
    hint: 'use --host xen: (the default), --host sim:NAME for a simulated host, or unset VM_TOOLS_HOST',
  });
}
