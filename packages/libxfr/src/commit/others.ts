import type { GuestState, StateFacts } from './table.ts';

/** An act on a guest that is not the transfer's own, on either side. */
export interface OtherAct {
  /** "user": with our tools, which ask `mayTouch`; "xl": with another toolstack, which knows nothing of us */
  readonly who: 'user' | 'xl';
  readonly does: string;
  readonly guest: GuestState;
  readonly leaves: GuestState;
}

const act = (who: OtherAct['who'], does: string, guest: GuestState, leaves: GuestState): OtherAct => ({
  who,
  does,
  guest,
  leaves,
});

/** Acts of other tools on a guest while a transfer of it is under way, or has been left by a crash. */
export const OTHERS: readonly OtherAct[] = [
  act('user', 'vm-unpause', 'paused', 'running'),
  act('user', 'vm-unpause', 'suspended', 'running'),
  act('user', 'vm-pause', 'running', 'paused'),
  act('user', 'vm-destroy', 'running', 'absent'),
  act('user', 'vm-destroy', 'paused', 'absent'),
  act('user', 'vm-destroy', 'suspended', 'absent'),
  act('xl', 'xl unpause', 'paused', 'running'),
  // The end of xl save -c, of xl migrate that has failed, and of a program that calls libxl_domain_resume.
  act('xl', 'xl resume', 'suspended', 'running'),
  act('xl', 'xl destroy', 'running', 'absent'),
  act('xl', 'xl destroy', 'paused', 'absent'),
  act('xl', 'xl destroy', 'suspended', 'absent'),
];

/**
 * The rule that our tools keep to: as long as the journal of a side has not settled where the guest is, only the
 * transfer and its resolution touch the guest there.
 */
export function mayTouch(who: OtherAct['who'], facts: StateFacts): boolean {
  return who === 'xl' || facts.isDecided === true;
}
