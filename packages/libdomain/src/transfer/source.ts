import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { throwIfAborted } from '@vm-tools/errors';
import { wrapImage } from '@vm-tools/xen-stream';
import { destroyDomain } from '../actions/destroy-domain.ts';
import type { Domain } from '../domain.ts';
import { resumeGuest } from '../guest/resume.ts';
import type { Host } from '../host.ts';
import { PAGE_BYTES } from '../memory.ts';
import { readUserdata } from '../userdata.ts';
import { checkSavable, type LiveMode } from './check-savable.ts';
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
  readonly onLog?: (line: string) => void;
}

/** A domain of this host, as something that can be saved to a file or sent to another host. */
export function domainSource(host: Host, domain: Domain, options: SourceOptions = {}): Source {
  const mode = options.live ?? 'auto';

  async function describe(): Promise<Offer> {
    const { live, info } = await checkSavable(host, domain, mode);
    const { major, minor, extra } = host.xen.version;
    return {
      name: domain.name,
      uuid: domain.uuid,
      type: domain.type,
      memoryBytes: info.totPages * PAGE_BYTES,
      maxMemoryBytes: domain.maxMemoryKib * 1024,
      vcpus: info.maxVcpuId + 1,
      live,
      xen: `${major}.${minor}${extra}`,
      config: JSON.parse(await readUserdata(host, domain)),
    };
  }

  async function save(sink: Writable, control: SaveControl): Promise<SaveReport> {
    throwIfAborted(control.signal, `saving ${domain.name}`);
    const savable = await checkSavable(host, domain, mode);
    const image = wrapImage(await readUserdata(host, domain));
    try {
      await write(sink, image.head);
      const report = await saveLibxc(host, domain, savable, sink, { ...options, ...control });
      sink.end(image.tail);
      await finished(sink, { readable: false, signal: control.signal });
      return { ...report, bytes: report.bytes + image.head.length + image.tail.length };
    } catch (thrown) {
      // A guest that had been suspended before this save began is left as it was found.
      const wasSuspended = savable.info.shutdownReason === 'suspend';
      throw await saveFailure(host, domain, thrown, { resume: !wasSuspended, signal: control.signal });
    }
  }

  return {
    describe,
    save,
    resume: () => resumeGuest(host, domain),
    destroy: () => destroyDomain(host, domain),
  };
}
