import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { messageOf, throwIfAborted } from '@vm-tools/errors';
import type { DomainInfo } from '@vm-tools/xc-native';
import { wrapImage } from '@vm-tools/xen-stream';
import { destroyDomain } from '../../actions/destroy-domain.ts';
import { releaseDisks } from '../../devices/disks/release-disks.ts';
import type { Domain } from '../../domain.ts';
import { guestError } from '../../guest-error.ts';
import { confirmSuspended } from '../../guest/suspend/confirm-suspended.ts';
import { watchDeath } from '../../guest/death.ts';
import { resumeGuest } from '../../guest/suspend/resume.ts';
import { throttleByCap } from '../../guest/suspend/throttle.ts';
import { holdDomain, type Hold, type HoldOptions } from '../../hold/hold-domain.ts';
import type { Host } from '../../host.ts';
import { PAGE_BYTES } from '../../memory.ts';
import { loggedPath } from '../../paths.ts';
import { readOrigin, seal } from '../../places/index.ts';
import { offeredDisks } from '../admission/disks.ts';
import { encodeCpuPolicy } from '../admission/cpu-policy.ts';
import { runChecks } from '../admission/run-checks.ts';
import { SOURCE_CHECKS } from '../admission/source-checks.ts';
import { budgetPolicy } from '../budget/budget-policy.ts';
import type { PrecopyBudget } from '../budget/judge-round.ts';
import type { Offer, SaveControl, SaveReport, Source } from '@vm-tools/ports';
import { write } from '../write.ts';
import { checkSavable, type LiveMode, type Savable } from './check-savable.ts';
import { currentConfig } from './current-config.ts';
import type { PrecopyPolicy } from './precopy-policy.ts';
import { DOING, saveFailure } from './save-failure.ts';
import { saveLibxc } from './save-libxc.ts';

/** How a domain is saved: live or not, and what that may cost its guest. */
export interface SourceOptions extends Pick<HoldOptions, 'waitMs'> {
  /** "auto" saves live what can be; `describe().live` tells. @default 'auto' */
  readonly live?: LiveMode;
  /** @default 60 s */
  readonly suspendTimeoutMs?: number | undefined;
  /** @default libxc's own */
  readonly precopy?: PrecopyPolicy;
  /** The limits of its cost for the guest; in place of `precopy`. */
  readonly budget?: PrecopyBudget;
  readonly onLog?: ((line: string) => void) | undefined;
}

/** A source whose guest is a domain. */
export interface DomainSource extends Source {
  readonly domid: number;
  /** Keeps all other tools from changing the domain until the result is disposed of. */
  hold(signal?: AbortSignal): Promise<AsyncDisposable>;
}

/** A domain of this host, as something that can be saved to a file or sent to another host. */
export function domainSource(host: Host, domain: Domain, options: SourceOptions = {}): DomainSource {
  const mode = options.live ?? 'auto';
  /** by `hold`; without it each call holds the domain by itself, and it is free between them */
  let held: Hold | undefined;

  async function hold(signal?: AbortSignal): Promise<Hold> {
    try {
      return await holdDomain(host, domain, { hold: held, waitMs: options.waitMs, signal });
    } catch (thrown) {
      throw await guestError(host, domain, thrown, { doing: `holding ${domain.name}`, hint: 'try again' });
    }
  }

  async function describe(): Promise<Offer> {
    try {
      const { live, info } = await checkSavable(host, domain, mode);
      const { config, json } = await currentConfig(host, domain, info);
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
        disks: await offeredDisks(host, config),
        configJson: json,
      };
    } catch (thrown) {
      throw await guestError(host, domain, thrown, { doing: `looking at ${domain.name}`, hint: 'try again' });
    }
  }

  async function save(sink: Writable, control: SaveControl): Promise<SaveReport> {
    throwIfAborted(control.signal, `saving ${domain.name}`);
    await using _held = await hold(control.signal);
    let savable: Savable | undefined;
    // A guest that had been suspended before this save began is left as it was found.
    let mustResume = false;
    const throttle = throttleByCap(host, domain, domain);
    const died = new AbortController();
    const signal = AbortSignal.any([control.signal, died.signal]);
    try {
      savable = await checkSavable(host, domain, mode);
      await using _watch = watchDeath(host, domain, DOING, (death) => died.abort(death));
      const image = wrapImage(await configForImage(host, domain, savable.info, options.onLog));
      mustResume = savable.info.shutdownReason !== 'suspend';
      const { place } = control;
      await (place?.write(image.head, 0) ?? write(sink, image.head));
      const to = place === undefined ? sink : { place, at: image.head.length };
      const { budget } = options;
      const precopy = budget === undefined ? options.precopy : budgetPolicy(domain, budget, throttle);
      // libxc ends the log however its save ends, unless its process is killed; the mark goes when the guest is let run.
      if (savable.live) await host.store.write(loggedPath(domain.domid), '');
      const report = await saveLibxc(host, domain, savable, to, {
        ...options,
        ...control,
        signal,
        precopy,
        // A guest that is slow to suspend would be slow to stop, too.
        beforeSuspend: () => throttle.release(),
        // The end of the image tells a target that it may open the disks.
        afterSuspend: () => releaseDisks(host, domain.domid, signal),
      });
      await place?.write(image.tail, image.head.length + report.bytes);
      sink.end(place === undefined ? image.tail : undefined);
      await finished(sink, { readable: false, signal });
      return { ...report, bytes: report.bytes + image.head.length + image.tail.length };
    } catch (thrown) {
      const begun = savable !== undefined;
      throw await saveFailure(host, domain, thrown, { begun, resume: mustResume, throttle, signal });
    }
  }

  return {
    domid: domain.domid,
    async hold(signal) {
      const taken = (held = await hold(signal));
      return {
        [Symbol.asyncDispose]: () => {
          held = undefined;
          return taken[Symbol.asyncDispose]();
        },
      };
    },
    describe,
    check: () => runChecks(SOURCE_CHECKS, { host, domain, live: mode }),
    save,
    async confirm() {
      try {
        await confirmSuspended(host, domain);
      } catch (thrown) {
        throw await guestError(host, domain, thrown, {
          doing: `looking at ${domain.name}`,
          hint: 'try again',
        });
      }
    },
    async resume() {
      await using _held = await hold();
      await resumeGuest(host, domain);
    },
    destroy: () => destroyDomain(host, domain, { hold: held, qemuEnds: 'at-once' }),
  };
}

/** This host recognises its own images; without the seal the domain can still be restored. */
async function configForImage(
  host: Host,
  domain: Domain,
  info: DomainInfo,
  onLog?: (line: string) => void,
): Promise<string> {
  const { json } = await currentConfig(host, domain, info);
  if ((await readOrigin(host.store, domain.domid)) !== undefined) return json;
  try {
    return await seal(host, json);
  } catch (thrown) {
    onLog?.(`the image is not marked as one of this host: ${messageOf(thrown)}`);
    return json;
  }
}
