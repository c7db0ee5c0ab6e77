import {
  ensureMonitor,
  forEachDomain,
  imageFromStdin,
  showProgress,
  showStep,
  type DomainOutcome,
  type Invocation,
  type OneOrList,
  type Outcome,
} from '@vm-tools/cli';
import { VmToolsError } from '@vm-tools/errors';
import { domainTarget, type Origin } from '@vm-tools/libdomain';
import { startRestoring } from '@vm-tools/libxfr';
import { parseSchedule } from '@vm-tools/ratelimit';
import type { RestoreInput } from './options.ts';
import type { Restored } from './result.ts';

export async function restore(invocation: Invocation<RestoreInput>): Promise<Outcome<OneOrList<Restored>>> {
  const { input, messages, signal } = invocation;
  const { bwlimit } = input;
  const rate = bwlimit === undefined ? undefined : parseSchedule(bwlimit);
  const paused = input.paused === true;
  if (input.name !== undefined && input.file.length > 1) throw nameOfSeveral();
  const stdin = input.file.includes('-') ? imageFromStdin() : undefined;
  const host = await invocation.openHost();
  const restoreOne = async (file: string): Promise<DomainOutcome<Restored>> => {
    const target = domainTarget(host, {
      paused,
      waitMs: input.wait,
      ...(input.name === undefined ? {} : { name: input.name }),
      origin: originOf(input),
      onStep: showStep(messages),
      onLog: messages.trace,
    });
    using progress = showProgress(messages);
    const summary = await startRestoring(file === '-' ? (stdin ?? file) : file, target, {
      rate,
      signal,
      onEvent: progress.onEvent,
    }).result;
    await ensureMonitor(invocation);
    const { domid } = summary;
    return { value: { paused, ...summary }, text: String(domid), line: `${file}: domid ${domid}` };
  };
  return await forEachDomain(invocation, input.file, restoreOne, { atOnce: 1 });
}

function nameOfSeveral(): VmToolsError {
  return new VmToolsError({
    code: 'USAGE',
    kind: 'usage',
    message: 'several domains cannot all have one name',
    hint: 'give --name with one file',
  });
}

/** What the operator allows to this image alone. */
function originOf(input: RestoreInput): Origin {
  const { allowKernels, allowDisks, allowBridges, allowScripts, allowBackends, allowFolders, allowListen } =
    input;
  return {
    from: 'image',
    ...(allowKernels && { kernels: [...allowKernels] }),
    ...(allowDisks && { disks: [...allowDisks] }),
    ...(allowBridges && { bridges: [...allowBridges] }),
    ...(allowScripts && { scripts: [...allowScripts] }),
    ...(allowBackends && { backends: [...allowBackends] }),
    ...(allowFolders && { folders: [...allowFolders] }),
    ...(allowListen && { listen: [...allowListen] }),
  };
}
