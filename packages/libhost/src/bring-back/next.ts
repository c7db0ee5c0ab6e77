import type { SavedState } from '../saved/record.ts';

/** What is known of a guest when its host has come up, or when a try to bring it back has ended in its middle. */
export interface Standing {
  /** how its record has it; none for one that was not saved */
  readonly saved: SavedState | undefined;
  readonly hasImage: boolean;
  /** half-made: a process that was making it, or was restoring it from a file, has not let it run */
  readonly here: 'absent' | 'half-made' | 'whole';
  readonly startsWithHost: boolean;
}

/** What brings it back. */
export type Next = 'nothing' | 'restore' | 'create' | 'start' | 'resume' | 'forget-image';

/**
 * What is to be done with a guest, so that it runs once and its image is used at most once: a guest that has run since
 * may have written to its disks, and memory from before that would destroy them.
 *
 * A guest that went down with its host comes back in any case. Where its image may not be used, or is not there, it
 * starts anew, as after a power cut; what it had in its memory is lost then.
 */
export function nextOf({ saved, hasImage, here, startsWithHost }: Standing): Next {
  if (here === 'whole') {
    // The save was cut short: it is suspended perhaps, or has been resumed.
    if (saved === 'saving') return 'resume';
    return saved === undefined ? 'nothing' : 'forget-image';
  }
  if (saved === undefined) return startsWithHost ? 'create' : 'nothing';
  // The record says "used" once the domain is whole, and before it runs.
  if (saved === 'used') return here === 'half-made' ? 'start' : 'create';
  return saved === 'saved' && hasImage ? 'restore' : 'create';
}
