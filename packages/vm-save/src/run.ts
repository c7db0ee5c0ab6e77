import { showProgress, type Invocation, type Outcome } from '@vm-tools/cli';
import { domainSource, resolveDomain, withSuccessor } from '@vm-tools/libdomain';
import { startSaving, type TransferSummary } from '@vm-tools/libxfr';
import { parseRate, parseSchedule } from '@vm-tools/ratelimit';
import type { SaveInput } from './options.ts';
import { resumePaused } from './resume-paused.ts';

export async function save(invocation: Invocation<SaveInput>): Promise<Outcome> {
  const { input, messages, signal } = invocation;
  const { bwlimit = 'off', stopAndCopyBwlimit } = input;
  const rate = parseSchedule(bwlimit);
  const stopAndCopyRate = stopAndCopyBwlimit === undefined ? undefined : parseRate(stopAndCopyBwlimit);
  const output = input.output === '-' ? invocation.claimStdout('bytes') : input.output;
  const host = await invocation.openHost();
  const domain = await resolveDomain(host, input.domain);
  const source = domainSource(host, domain, {
    live: input.live,
    waitMs: input.wait,
    ...(input.suspendTimeout === undefined ? {} : { suspendTimeoutMs: input.suspendTimeout }),
    onLog: messages.trace,
  });
  using progress = showProgress(messages);
  const transfer = (from: typeof source): Promise<TransferSummary> =>
    startSaving(from, output, {
      rate,
      stopAndCopyRate,
      afterwards: input.checkpoint || input.pause ? 'resume' : 'destroy',
      overwrite: input.overwrite,
      signal,
      onEvent: progress.onEvent,
    }).result;
  const saving = input.pause ? resumePaused(host, domain, source, transfer) : transfer(source);
  const summary = await saving.catch(async (thrown: unknown) => {
    throw await withSuccessor(host, thrown, signal);
  });
  const { domid, uuid, name } = domain;
  return { value: { ...summary, domid, uuid, name, file: input.output } };
}
