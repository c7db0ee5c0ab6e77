import type { StoreAccess } from '@vm-tools/xenstore';
import * as z from 'zod';
import type { Host } from '../host.ts';
import { originPath } from '../paths.ts';
import { readPlaceRules, type PlaceRules, type SomePlaceRules } from './rules.ts';

const schema = z.discriminatedUnion('from', [
  /** Another host has sent it; its name here, when it has proved that. */
  z.object({ from: z.literal('peer'), peer: z.string().exactOptional() }),
  /** It was in an image that was not made here; folders that the operator has allowed for it alone. */
  z.object({ from: z.literal('image'), kernels: z.array(z.string()).exactOptional() }),
]);

/** The origin of a configuration that the operator has not written here. */
export type Origin = z.infer<typeof schema>;

/** Says what the operator allows to a peer, by its name here. */
export type RulesOfPeer = (peer: string) => Promise<SomePlaceRules | undefined>;

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
 * The files that the configuration of such a domain may name.
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
  return { ...rules, kernels: [...rules.kernels, ...(origin.kernels ?? [])] };
}
