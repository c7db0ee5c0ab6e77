import { showProgress, type Invocation, type Outcome } from '@vm-tools/cli';
import { throwIfAborted } from '@vm-tools/errors';
import { watchServed, type ObservedEvent } from '@vm-tools/libxfr';
import { describeSettings } from './describe-transfer.ts';
import { findUnderWay } from './find-under-way.ts';

/** Shows a transfer that somebody else moves, as that one shows it himself, until it ends. Changes nothing. */
export async function watch(invocation: Invocation<unknown>, wanted: string): Promise<Outcome> {
  const { messages, signal } = invocation;
  const { id, guest, socketPath } = await findUnderWay(invocation, wanted);
  using progress = showProgress(messages);
  let last: ObservedEvent | undefined;
  for await (const event of watchServed(socketPath, id, { signal })) {
    progress.onEvent(event);
    if (event.type === 'changed') messages.note(`from now on: ${describeSettings(event)}`);
    last = event;
  }
  throwIfAborted(signal, 'looking on');
  const how = last?.type === 'failed' ? `failed: ${last.error.message}` : 'completed';
  return { isReport: true, value: { id, guest, last }, text: `${guest.name}: ${how}` };
}
