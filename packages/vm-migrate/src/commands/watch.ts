import { showProgress, type Invocation, type Outcome } from '@vm-tools/cli';
import { throwIfAborted } from '@vm-tools/errors';
import { watchServed } from '@vm-tools/libxfr/control';
import type { ObservedEvent } from '@vm-tools/libxfr/types';
import type { Watched } from '../result.ts';
import { describeSettings } from '../transfers/describe-transfer.ts';
import { findUnderWay } from '../transfers/find-under-way.ts';

/**
 * Shows a transfer of another process, as that process shows it itself, until it ends or the user stops watching.
 * Changes nothing.
 */
export async function watch(invocation: Invocation<unknown>, wanted: string): Promise<Outcome<Watched>> {
  const { messages, signal } = invocation;
  const { id, guest, socketPath } = await findUnderWay(invocation, wanted);
  using progress = showProgress(messages);
  let last: ObservedEvent | undefined;
  for await (const event of watchServed(socketPath, id, { signal })) {
    progress.onEvent(event);
    if (event.type === 'changed') messages.note(`from now on: ${describeSettings(event)}`);
    last = event;
    if (messages.isUnheard) break; // `| head -1` has seen enough
  }
  throwIfAborted(signal, 'looking on');
  return { isReport: true, value: { id, guest, last }, text: `${guest.name}: ${describeEnd(last)}` };
}

function describeEnd(last: ObservedEvent | undefined): string {
  if (last?.type === 'failed') return `failed: ${last.error.message}`;
  return last?.type === 'completed' ? 'completed' : 'still under way';
}
