import {
  destinationOf,
  forEachDomain,
  showProgress,
  type DomainOutcome,
  type Invocation,
  type OneOrList,
  type Outcome,
} from '@vm-tools/cli';
import { messageOf } from '@vm-tools/errors';
import { domainSource, noteSave, resolveDomain, withSuccessor } from '@vm-tools/libdomain';
import { startSaving, type TransferSummary } from '@vm-tools/libxfr';
import { formatBytes, parseRate, parseSchedule } from '@vm-tools/ratelimit';
import type { SaveInput } from './options.ts';
import type { Saved } from './result.ts';
import { resumePaused } from './resume-paused.ts';

export async function save(invocation: Invocation<SaveInput>): Promise<Outcome<OneOrList<Saved>>> {
  const { input, messages, signal, program } = invocation;
  const { bwlimit, stopAndCopyBwlimit } = input;
  const rate = bwlimit === undefined ? undefined : parseSchedule(bwlimit);
  const stopAndCopyRate = stopAndCopyBwlimit === undefined ? undefined : parseRate(stopAndCopyBwlimit);
  const { domains, fileFor } = await destinationOf(input.domain, {
    place: input.output,
    suffix: input.compress ? '.img.zst' : '.img',
    program,
  });
  const stdout = fileFor('') === '-' ? invocation.claimStdout('bytes') : undefined;
  const host = await invocation.openHost();
  const saveOne = async (word: string): Promise<DomainOutcome<Saved>> => {
    const domain = await resolveDomain(host, word);
    const { domid, uuid, name } = domain;
    const file = fileFor(name || `domain-${domid}`);
    const source = domainSource(host, domain, {
      live: input.live,
      waitMs: input.wait,
      ...(input.suspendTimeout === undefined ? {} : { suspendTimeoutMs: input.suspendTimeout }),
      onLog: messages.trace,
    });
    using progress = showProgress(messages);
    const transfer = (from: typeof source): Promise<TransferSummary> =>
      startSaving(from, stdout ?? file, {
        rate,
        stopAndCopyRate,
        afterwards: input.checkpoint || input.pause ? 'resume' : 'destroy',
        overwrite: input.overwrite,
        compression: input.compress ? {} : undefined,
        signal,
        onEvent: progress.onEvent,
      }).result;
    const saving = input.pause ? resumePaused(host, domain, source, transfer) : transfer(source);
    const summary = await saving.catch(async (thrown: unknown) => {
      throw await withSuccessor(host, thrown, signal);
    });
    await noteSave(host, domain, file).catch((thrown: unknown) =>
      messages.warn(`${name}: saved, and not noted for vm-metrics: ${messageOf(thrown)}`),
    );
    const value = { ...summary, domid, uuid, name, file };
    return { value, line: `${name}: ${formatBytes(summary.transferred)} in ${file}` };
  };
  return forEachDomain(invocation, domains, saveOne, { atOnce: 1 });
}
