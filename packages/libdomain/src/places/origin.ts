import type { StoreAccess } from '@vm-tools/xenstore';
import * as z from 'zod';
import type { Host } from '../host.ts';
import { originPath } from '../paths.ts';
import { readPlaceRules, type PlaceRules, type SomePlaceRules } from './rules.ts';

const names = z.array(z.string()).exactOptional();

const schema = z.discriminatedUnion('from', [
  /** Another host has sent it; its name here, when it has proved that. */
  z.object({ from: z.literal('peer'), peer: z.string().exactOptional() }),
  /** It was in an image that was not made here; what the operator has allowed for it alone. */
  z.object({
    from: z.literal('image'),
    kernels: names,
    disks: names,
    bridges: names,
    scripts: names,
    backends: names,
    folders: names,
    listen: names,
  }),
]);

/** The origin of a configuration that the operator has not written here. */
export type Origin = z.infer<typeof schema>;

/** Says what the operator allows to a peer, by its name here. */
export type RulesOfPeer = (peer: string) => Promise<SomePlaceRules | undefined>;

/** As it is written down, for `decodeOrigin`. */
export const encodeOrigin = (origin: Origin): string => JSON.stringify(origin);

/** Whatever cannot be understood was not written by the operator either. */
export function decodeOrigin(text: string): Origin {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return { from: 'peer' };
  }
}

/** @returns undefined for a domain of this host's own */
export async function readOrigin(store: StoreAccess, domid: number): Promise<Origin | undefined> {
  const text = await store.read(originPath(domid));
  return text === undefined ? undefined : decodeOrigin(text);
}

/**
 * The files, bridges, scripts and driver domains that the configuration of such a domain may name.
 *
 * @param rulesOfPeer @default the rules for all
 * @returns undefined for a domain of this host's own: everything
 */
export async function rulesFor(
  host: Pick<Host, 'root'>,
  origin: Origin | undefined,
  rulesOfPeer?: RulesOfPeer,
): Promise<PlaceRules | undefined> {
  if (origin === undefined) return undefined;
  if (origin.from === 'peer') {
    const ofPeer = origin.peer === undefined ? undefined : await rulesOfPeer?.(origin.peer);
    return readPlaceRules(host, ofPeer);
  }
  const rules = await readPlaceRules(host);
  return {
    ...rules,
    kernels: [...rules.kernels, ...(origin.kernels ?? [])],
    disks: [...rules.disks, ...(origin.disks ?? [])],
    bridges: [...rules.bridges, ...(origin.bridges ?? [])],
    scripts: [...rules.scripts, ...(origin.scripts ?? [])],
    backends: [...rules.backends, ...(origin.backends ?? [])],
    folders: [...rules.folders, ...(origin.folders ?? [])],
    listen: [...rules.listen, ...(origin.listen ?? [])],
  };
}
