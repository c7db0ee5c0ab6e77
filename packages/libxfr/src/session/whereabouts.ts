import type { GuestWhereabouts } from '@vm-tools/errors';
import type { Offer } from '@vm-tools/ports';

/** A guest by name and UUID. */
export type Guest = Pick<Offer, 'name' | 'uuid'>;

export function whereabouts(guest: Guest | undefined, state: string): GuestWhereabouts {
  return guest === undefined ? { state } : { name: guest.name, uuid: guest.uuid, state };
}
