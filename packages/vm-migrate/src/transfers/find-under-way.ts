import type { Messages } from '@vm-tools/cli';
import { VmToolsError } from '@vm-tools/errors';
import { findServed, type FoundTransfer } from '@vm-tools/libxfr/control';
import { knownTransfer } from '@vm-tools/libxfr/recovery';
import { describeTransfer } from './describe-transfer.ts';
import { findTransfer } from './find-transfer.ts';
import { journalsOf } from '@vm-tools/libhost';
import { warnOf } from './warn-of.ts';

interface Host {
  readonly root: string;
  readonly messages: Messages;
  readonly signal: AbortSignal;
}

/** All transfers that processes of this host are moving now. */
export async function underWay({ root, messages, signal }: Host): Promise<readonly FoundTransfer[]> {
  const { found, silent } = await findServed(root, signal);
  warnOf(messages, silent);
  return found;
}

/**
 * The transfer that is meant, and that a process of this host is moving now: by its id, or by as much of it as no
 * other one has. Where both ends are on this host it is the source.
 *
 * @throws VmToolsError XFR_NOT_UNDER_WAY, XFR_TRANSFER_UNKNOWN, XFR_TRANSFER_AMBIGUOUS (usage)
 */
export async function findUnderWay(host: Host, wanted: string): Promise<FoundTransfer> {
  const matching = (await underWay(host)).filter(({ id }) => wanted !== '' && id.startsWith(wanted));
  const found = matching.find(({ role }) => role === 'source') ?? matching[0];
  if (found !== undefined && matching.every(({ id }) => id === found.id)) return found;
  const known = knownTransfer(await findTransfer(journalsOf(host), wanted));
  const { id } = known;
  throw new VmToolsError({
    code: 'XFR_NOT_UNDER_WAY',
    kind: 'usage',
    message: `nothing moves ${describeTransfer(known)}`,
    hint: known.isEnded
      ? 'it has ended'
      : `its process has ended, or xfrd does not run: vm-migrate resolve ${id.slice(0, 8)} brings it to its end`,
    details: { id },
  });
}
