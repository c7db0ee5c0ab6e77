import { nameProblem } from '@vm-tools/words';

export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * Why a new domain cannot have this name, as in "must not be empty"; undefined if it can. Wherever a domain is named it
 * may be named by its number or UUID, too, so a name must not look like either.
 */
export function nameFault(wanted: string): string | undefined {
  if (/^\d+$/.test(wanted)) return 'must not be a number, it would be taken for a domid';
  if (UUID.test(wanted)) return 'must not have the form of a UUID';
  return nameProblem(wanted);
}
