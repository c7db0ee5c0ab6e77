import { ensureMonitor, showProgress, showStep, type Invocation, type Outcome } from '@vm-tools/cli';
import { domainTarget } from '@vm-tools/libdomain';
import { connectXl, startReceivingFromXl } from '@vm-tools/libxfr/xl';
import { parseSchedule } from '@vm-tools/ratelimit';
import type { ReceiveInput } from '../options.ts';
import type { Received } from '../result.ts';

/** In place of `xl migrate-receive`: stdin and stdout are the connection to `xl migrate`. */
export async function receive(invocation: Invocation<ReceiveInput>): Promise<Outcome<Received>> {
  const { input, messages, signal } = invocation;
  const rate = input.bwlimit === undefined ? undefined : parseSchedule(input.bwlimit);
  const { paused = false } = input;
  invocation.claimStdout('bytes');
  const host = await invocation.openHost();
  // Its configuration is another host's: what it may reach here are the rules for peers.
  const target = domainTarget(host, {
    paused,
    waitMs: input.wait,
    origin: { from: 'peer' },
    onStep: showStep(messages),
    onLog: messages.trace,
  });
  const connection = await connectXl({ transport: 'fd', read: 0, write: 1 });
  using progress = showProgress(messages);
  const { onEvent } = progress;
  const summary = await startReceivingFromXl(connection, target, { rate, signal, onEvent }).result;
  await ensureMonitor(invocation);
  const { domid } = summary;
  return { value: { paused, ...summary }, text: `the domain from xl has domid ${domid}` };
}
