import type { StateFacts } from './table.ts';

/**
 * The rule that our tools keep to: as long as the journal of a side has not settled where the guest is, only the
 * transfer and its resolution touch the guest there.
 *
 * @param who "user": one with our tools, which ask; "xl": another toolstack, which knows nothing of us
 */
export function mayTouch(who: 'user' | 'xl', facts: StateFacts): boolean {
  return who === 'xl' || facts.isDecided === true;
}
