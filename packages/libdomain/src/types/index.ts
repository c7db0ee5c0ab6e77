/**
 * The types that a domain can have, and what follows from each.
 *
 * @example
 * const { memory, save } = profileOf(config);
 * const isLive = save.canBeLive((await xen.physinfo()).capabilities);
 *
 * @packageDocumentation
 */
import type { DomainType } from './domain-type.ts';
import type { Profile } from './profile.ts';
import { PV } from './pv.ts';
import { PVH } from './pvh.ts';

/** One profile a type. */
export const PROFILES = { pv: PV, pvh: PVH } as const satisfies Readonly<Record<DomainType, Profile>>;

/** The profile of a domain's type. */
export function profileOf({ type }: { readonly type: DomainType }): Profile {
  return PROFILES[type];
}

export { DOMAIN_TYPES, forEachType, isDomainType } from './domain-type.ts';
export type { DomainType } from './domain-type.ts';
export type { Profile, Size } from './profile.ts';
