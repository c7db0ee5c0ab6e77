import { asVmToolsError, type Invocation, type Outcome } from '@vm-tools/cli';
import { VmToolsError } from '@vm-tools/errors';
import type { JournalledDisks, TransferRecord } from '@vm-tools/libxfr/journals';
import { askPeer, knownTransfer, listTransfers } from '@vm-tools/libxfr/recovery';
import type { StatusInput } from '../options.ts';
import type { ListedTransfer, Told, TransferReport, Watched } from '../result.ts';
import { journalsOf, recallingPeer } from '@vm-tools/libhost';
import { describeFigures, describeSettings, describeTransfer } from '../transfers/describe-transfer.ts';
import { findTransfer } from '../transfers/find-transfer.ts';
import { underWay } from '../transfers/find-under-way.ts';
import { withFigures } from './list.ts';

/** Shows one transfer, here and at the other end, or all that have not ended; changes nothing. */
export async function status(
  invocation: Invocation<StatusInput>,
): Promise<Outcome<readonly ListedTransfer[] | TransferReport | Watched>> {
  const { transfer: wanted, watch = false } = invocation.input;
  if (watch && wanted === undefined) throw nothingToWatch();
  if (watch && wanted !== undefined) return (await import('./watch.ts')).watch(invocation, wanted);
  return wanted === undefined ? ofAll(invocation) : ofOne(invocation, wanted);
}

async function ofAll(invocation: Invocation<StatusInput>): Promise<Outcome<readonly ListedTransfer[]>> {
  const [{ transfers }, moving] = await Promise.all([
    listTransfers(journalsOf(invocation)),
    underWay(invocation),
  ]);
  const open = transfers.filter(({ isEnded }) => !isEnded).map((each) => withFigures(each, moving));
  return {
    isReport: true,
    value: open,
    text: open.map((each) => `${each.id} ${describeFully(each)}`).join('\n') || 'all have ended',
  };
}

async function ofOne(invocation: Invocation<StatusInput>, wanted: string): Promise<Outcome<TransferReport>> {
  const [record, moving] = await Promise.all([
    findTransfer(journalsOf(invocation), wanted),
    underWay(invocation),
  ]);
  const known = withFigures(knownTransfer(record), moving);
  const peer = known.isEnded ? undefined : await ask(record, invocation);
  return {
    isReport: true,
    value: { ...known, entries: record.entries, ...peer },
    text: format(known, record, peer),
  };
}

async function ask(record: TransferRecord, invocation: Invocation<StatusInput>): Promise<Told> {
  const { signal, program } = invocation;
  try {
    const { name } = await askPeer(await recallingPeer(invocation)(record, signal), record, { signal });
    return { peerSays: name };
  } catch (thrown) {
    if (signal.aborted) throw thrown;
    return { peerError: asVmToolsError(thrown, program).message };
  }
}

/** The state of the journal, and the progress, on one line. */
function describeFully(known: ListedTransfer): string {
  const { figures, settings } = known;
  const now = figures === undefined ? [] : [describeFigures(figures)];
  const limits = settings === undefined ? [] : [describeSettings(settings)];
  return [describeTransfer(known), ...now, ...limits].join('; ');
}

function nothingToWatch(): VmToolsError {
  return new VmToolsError({
    code: 'USAGE',
    kind: 'usage',
    message: '--watch shows one transfer, and none was named',
    hint: 'vm-migrate list shows which there are',
  });
}

function line(at: number, what: string): string {
  return `  ${new Date(at).toISOString()} ${what}`;
}

/** e.g. "disks released: /srv/web1.qcow2" */
function describeDisks({ are, paths }: JournalledDisks): string {
  return `disks ${are}: ${paths.join(', ')}`;
}

function format(known: ListedTransfer, { entries }: TransferRecord, peer: Told | undefined): string {
  const lines = entries.flatMap(({ at, state, disks, error }) => {
    const why = error === undefined ? '' : `: ${error.message}`;
    return [
      ...(disks === undefined ? [] : [line(disks.at, describeDisks(disks))]),
      line(at, `${state}${why}`),
    ];
  });
  const says = peer?.peerSays ?? `nothing: ${peer?.peerError}`;
  return [
    `${known.id} ${describeFully(known)}`,
    ...lines,
    ...(peer === undefined ? [] : [`the other end says ${says}`]),
  ].join('\n');
}
