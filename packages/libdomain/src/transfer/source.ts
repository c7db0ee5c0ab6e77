import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { throwIfAborted } from '@vm-tools/errors';
import { wrapImage } from '@vm-tools/xen-stream';
import { destroyDomain } from '../actions/destroy-domain.ts';
import type { Domain } from '../domain.ts';
import { guestError } from '../guest/guest-error.ts';
import { resumeGuest } from '../guest/resume.ts';
import type { Host } from '../host.ts';
import { PAGE_BYTES } from '../memory.ts';
import { encodeCpuPolicy } from './admission/cpu-policy.ts';
import { runChecks } from './admission/run-checks.ts';
import { SOURCE_CHECKS } from './admission/source-checks.ts';
import { checkSavable, type LiveMode } from './check-savable.ts';
import { currentConfig } from './current-config.ts';
import { budgetPolicy } from './budget/budget-policy.ts';
import type { PrecopyBudget } from './budget/judge-round.ts';
import { throttleByCap } from './budget/throttle.ts';
import type { PrecopyPolicy } from './precopy-policy.ts';
import type { Offer, SaveControl, SaveReport, Source } from './ports.ts';
import { saveFailure } from './save-failure.ts';
import { saveLibxc } from './save-libxc.ts';
import { write } from './write.ts';

export interface SourceOptions {
  /** "auto" saves live what can be; `describe().live` tells. @default 'auto' */
  readonly live?: LiveMode;
  /** @default 60 s */
  readonly suspendTimeoutMs?: number;
  /** @default libxc's own */
  readonly precopy?: PrecopyPolicy;
  /** What it may cost the guest; in place of `precopy`. */
  readonly budget?: PrecopyBudget;
  readonly onLog?: (line: string) => void;
}

/** A domain of this host, as something that can be saved to a file or sent to another host. */
export function domainSource(host: Host, domain: Domain, options: SourceOptions = {}): Source {
  const mode = options.live ?? 'auto';

  async function describe(): Promise<Offer> {
    try {
      const { live, info } = await checkSavable(host, domain, mode);
      const { config, parsed } = await currentConfig(host, domain, info);
      const { major, minor, extra } = host.xen.version;
      return {
        name: domain.name,
        uuid: domain.uuid,
        type: domain.type,
        memoryBytes: info.totPages * PAGE_BYTES,
        maxMemoryBytes: Math.max(domain.maxMemoryKib, config.maxMemoryKib) * 1024,
        vcpus: info.maxVcpuId + 1,
        live,
        xen: `${major}.${minor}${extra}`,
        cpuPolicy: encodeCpuPolicy(await host.xen.cpuPolicyGetDomain(domain.domid)),
        config: parsed,
      };
    } catch (thrown) {
      throw await guestError(host, domain, thrown, { doing: `looking at ${domain.name}`, hint: 'try again' });
    }
  }

  async function save(sink: Writable, control: SaveControl): Promise<SaveReport> {
    throwIfAborted(control.signal, `saving ${domain.name}`);
    // A guest that had been suspended before this save began is left as it was found.
    let mustResume = false;
    const throttle = throttleByCap(host, domain, domain);
    try {
      const savable = await checkSavable(host, domain, mode);
      const image = wrapImage((await currentConfig(host, domain, savable.info)).json);
      mustResume = savable.info.shutdownReason !== 'suspend';
      await write(sink, image.head);
      const { budget } = options;
      const precopy = budget === undefined ? options.precopy : budgetPolicy(domain, budget, throttle);
      const report = await saveLibxc(host, domain, savable, sink, {
        ...options,
        ...control,
        precopy,
        // A guest that is slow to suspend would be slow to stop, too.
        beforeSuspend: () => throttle.release(),
      });
      sink.end(image.tail);
      await finished(sink, { readable: false, signal: control.signal });
      return { ...report, bytes: report.bytes + image.head.length + image.tail.length };
    } catch (thrown) {
      const undo = { resume: mustResume, throttle, signal: control.signal };
      throw await saveFailure(host, domain, thrown, undo);
    }
  }

  return {
    domid: domain.domid,
    describe,
    check: () => runChecks(SOURCE_CHECKS, { host, domain, live: mode }),
    save,
    resume: () => resumeGuest(host, domain),
    destroy: () => destroyDomain(host, domain),
  };
}
