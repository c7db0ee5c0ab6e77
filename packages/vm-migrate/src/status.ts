import { asVmToolsError, type Invocation, type Outcome } from '@vm-tools/cli';
import { askPeer, listTransfers, type KnownTransfer, type TransferRecord } from '@vm-tools/libxfr';
import { describeTransfer } from './describe-transfer.ts';
import { findTransfer } from './find-transfer.ts';
import { journalsOf } from './journals.ts';
import type { StatusInput } from './options.ts';
import { recallingPeer } from './peer.ts';

/** What is known of one transfer, here and at the other end, or of all that have not ended; changes nothing. */
export async function status(invocation: Invocation<StatusInput>): Promise<Outcome> {
  const journals = journalsOf(invocation);
  const { transfers } = await listTransfers(journals);
  if (invocation.input.transfer === undefined) {
    const open = transfers.filter(({ isEnded }) => !isEnded);
    return {
      value: open,
      text: open.map((each) => `${each.id} ${describeTransfer(each)}`).join('\n') || 'all have ended',
    };
  }
  const record = await findTransfer(journals, invocation.input.transfer);
  const known = transfers.find(({ id }) => id === record.id) as KnownTransfer;
  const peer = known.isEnded ? undefined : await ask(record, invocation);
  return { value: { ...known, entries: record.entries, ...peer }, text: format(known, record, peer) };
}

interface Told {
  /** what the other end says: RUNNING, FENCED, PENDING or UNKNOWN */
  readonly peerSays?: string;
  /** why it says nothing */
  readonly peerError?: string;
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

function format(known: KnownTransfer, { entries }: TransferRecord, peer: Told | undefined): string {
  const lines = entries.map(({ at, state, error }) => {
    const why = error === undefined ? '' : `: ${error.message}`;
    return `  ${new Date(at).toISOString()} ${state}${why}`;
  });
  const says = peer?.peerSays ?? `nothing: ${peer?.peerError}`;
  return [
    `${known.id} ${describeTransfer(known)}`,
    ...lines,
    ...(peer === undefined ? [] : [`the other end says ${says}`]),
  ].join('\n');
}
