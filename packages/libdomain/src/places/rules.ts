import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, VmToolsError } from '@vm-tools/errors';
import * as z from 'zod';
import { DEFAULT_BRIDGE } from '../config/devices/network.ts';
import type { Host } from '../host.ts';

/** The operator's rules for domains that come from elsewhere. Whatever is not allowed is forbidden. */
export interface PlaceRules {
  /** folders of this host from which kernels and ramdisks may be taken, absolute */
  readonly kernels: readonly string[];
  /** whether a domain is refused whose kernel cannot be loaded here: it runs, and cannot be restarted */
  readonly requireKernels: boolean;
  /** folders of this host in which the files and block devices of disks may be, absolute */
  readonly disks: readonly string[];
  /** bridges of this host that network devices may join */
  readonly bridges: readonly string[];
  /** hotplug scripts that may be named, besides the usual ones: names in /etc/xen/scripts, or paths */
  readonly scripts: readonly string[];
  /** driver domains that may serve devices */
  readonly backends: readonly string[];
  /** folders of this host that guests may mount, with those below, and in which channels may make sockets; absolute */
  readonly folders: readonly string[];
  /** addresses on which a screen may wait for viewers, besides those of this host alone */
  readonly listen: readonly string[];
}

/** Some of these rules, for one peer or for all: the others are set elsewhere. */
export type SomePlaceRules = { readonly [Rule in keyof PlaceRules]?: PlaceRules[Rule] | undefined };

const schema = z.strictObject({
  kernels: z.array(z.string().regex(/^\//, 'must be absolute')).exactOptional(),
  requireKernels: z.boolean().exactOptional(),
  disks: z.array(z.string().regex(/^\//, 'must be absolute')).exactOptional(),
  bridges: z.array(z.string()).exactOptional(),
  scripts: z.array(z.string()).exactOptional(),
  backends: z.array(z.string()).exactOptional(),
  folders: z.array(z.string().regex(/^\//, 'must be absolute')).exactOptional(),
  listen: z.array(z.string()).exactOptional(),
});

const FILE = 'etc/vm-tools/places.json';
const DEFAULT_KERNELS = 'var/lib/vm-tools/kernels';
const DEFAULT_DISKS = 'var/lib/vm-tools/disks';
const DEFAULT_FOLDERS = 'var/lib/vm-tools/folders';

/**
 * The rules for one peer: its own, then those of `/etc/vm-tools/places.json` for all, then the defaults.
 *
 * @throws VmToolsError DOMAIN_PLACES_FILE of kind usage: nothing is allowed while it cannot be understood
 */
export async function readPlaceRules(
  { root }: Pick<Host, 'root'>,
  ofPeer: SomePlaceRules = {},
): Promise<PlaceRules> {
  const ofAll = await readFileOfRules(join(root, FILE));
  return {
    kernels: ofPeer.kernels ?? ofAll.kernels ?? [join(root, DEFAULT_KERNELS)],
    requireKernels: ofPeer.requireKernels ?? ofAll.requireKernels ?? true,
    disks: ofPeer.disks ?? ofAll.disks ?? [join(root, DEFAULT_DISKS)],
    bridges: ofPeer.bridges ?? ofAll.bridges ?? [DEFAULT_BRIDGE],
    scripts: ofPeer.scripts ?? ofAll.scripts ?? [],
    backends: ofPeer.backends ?? ofAll.backends ?? [],
    folders: ofPeer.folders ?? ofAll.folders ?? [join(root, DEFAULT_FOLDERS)],
    listen: ofPeer.listen ?? ofAll.listen ?? [],
  };
}

async function readFileOfRules(path: string): Promise<SomePlaceRules> {
  try {
    return schema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return {};
    const why = thrown instanceof z.ZodError ? z.prettifyError(thrown) : messageOf(thrown);
    throw new VmToolsError({
      code: 'DOMAIN_PLACES_FILE',
      kind: 'usage',
      message: `${path} cannot be used: ${why.replaceAll(/\s*\n\s*/g, ', ').slice(0, 500)}`,
      hint: 'correct it, for example {"kernels": ["/boot/guests"]}, or remove it',
      cause: thrown,
      details: { path },
    });
  }
}
