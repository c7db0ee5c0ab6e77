import { VmToolsError } from '@vm-tools/errors';
import type { OpenJournals } from '../journal/journals.ts';

/**
 * A guest is where it should go to: the host has called itself, by whatever name.
 *
 * @param host what the source takes its host for; undefined where it does not say
 * @throws VmToolsError XFR_SAME_HOST (usage)
 */
export async function requireOtherHost(
  journals: Pick<OpenJournals, 'hostId'>,
  host: string | undefined,
): Promise<void> {
  if (host === undefined || host !== (await journals.hostId?.())) return;
  throw new VmToolsError({
    code: 'XFR_SAME_HOST',
    kind: 'usage',
    message: 'that address leads to the host on which the guest runs already',
    hint: 'give the address of another host: xfrd peers lists those that are known',
  });
}
