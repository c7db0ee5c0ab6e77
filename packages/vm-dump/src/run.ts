import {
  destinationOf,
  forEachDomain,
  showProgress,
  type Invocation,
  type OneOrList,
  type Outcome,
} from '@vm-tools/cli';
import { coreSource, resolveDomain } from '@vm-tools/libdomain';
import { startSaving } from '@vm-tools/libxfr';
import { formatBytes, parseSchedule } from '@vm-tools/ratelimit';
import type { DumpInput } from './options.ts';
import type { Dumped } from './result.ts';

export async function dump(invocation: Invocation<DumpInput>): Promise<Outcome<OneOrList<Dumped>>> {
  const { input, messages, signal, program } = invocation;
  const rate = parseSchedule(input.bwlimit ?? 'off');
  const { domains, fileFor } = await destinationOf(input.domain, { suffix: '.core', program });
  const stdout = fileFor('') === '-' ? invocation.claimStdout('bytes') : undefined;
  const host = await invocation.openHost();
  return forEachDomain(
    invocation,
    domains,
    async (word) => {
      const domain = await resolveDomain(host, word);
      const { domid, uuid, name } = domain;
      const source = coreSource(host, domain, {
        live: input.live === true,
        waitMs: input.wait,
        onLog: messages.trace,
      });
      const file = fileFor(name || `domain-${domid}`);
      using progress = showProgress(messages);
      const { transferred, zeroBytes, totalTimeMs } = await startSaving(source, stdout ?? file, {
        rate,
        afterwards: 'resume',
        overwrite: input.overwrite,
        signal,
        onEvent: progress.onEvent,
      }).result;
      const value = {
        domid,
        uuid,
        name,
        file,
        live: input.live === true,
        transferred,
        zeroBytes,
        totalTimeMs,
      };
      return { value, line: `${name}: ${formatBytes(transferred)} in ${file}` };
    },
    { atOnce: 1 },
  );
}
