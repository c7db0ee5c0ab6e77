import { VmToolsError } from '@vm-tools/errors';
import type { Journals } from '../journal/journals.ts';
import { standing } from '../journal/standing.ts';
import type { Guest } from '../session/whereabouts.ts';

/**
 * Refuses when the journals do not let a transfer of this guest begin.
 *
 * @throws VmToolsError XFR_GUEST_BUSY (usage) when one is under way or has not come to its end;
 *   XFR_JOURNAL_CORRUPT (corrupt) when a damaged journal may be about this guest
 */
export async function requireNoTransfer(
  journals: Pick<Journals, 'listOf'>,
  { name, uuid }: Guest,
): Promise<void> {
  const { open } = await standing(journals, uuid);
  if (open === undefined) return;
  const { id, state } = open;
  throw new VmToolsError({
    code: 'XFR_GUEST_BUSY',
    kind: 'usage',
    message: `${name} is being moved, or a transfer of it has not come to its end: it is "${state}"`,
    hint: `see more with vm-migrate status ${id}; if a crash has left it, end it with vm-migrate resolve ${id}`,
    details: { id, state },
  });
}
