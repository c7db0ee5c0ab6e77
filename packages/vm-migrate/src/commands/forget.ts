import type { Invocation, Outcome } from '@vm-tools/cli';
import type { KnownTransfer } from '@vm-tools/libxfr/journals';
import { forgetTransfers } from '@vm-tools/libxfr/recovery';
import type { ForgetInput } from '../options.ts';
import { describeTransfer } from '../transfers/describe-transfer.ts';
import { findTransfer } from '../transfers/find-transfer.ts';
import { journalsOf } from '@vm-tools/libhost';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Removes journals that have come to their end, of one transfer or of a guest. */
export async function forget(
  invocation: Invocation<ForgetInput>,
): Promise<Outcome<readonly KnownTransfer[]>> {
  const { transfer } = invocation.input;
  const journals = journalsOf(invocation);
  const wanted = UUID.test(transfer) ? transfer : (await findTransfer(journals, transfer)).id;
  const forgotten = await forgetTransfers(journals, wanted);
  const text = forgotten.map((each) => `forgotten: ${each.id} ${describeTransfer(each)}`).join('\n');
  return { value: forgotten, text };
}
