import type { Writable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { abortError, VmToolsError } from '@vm-tools/errors';
import type { Offer, SaveControl, SaveReport } from '@vm-tools/ports';
import type { DomainInfo } from '@vm-tools/xc-native';
import { refuseDom0 } from '../../actions/not-dom0.ts';
import type { Domain } from '../../domain.ts';
import { guestError } from '../../guest-error.ts';
import { requireThere } from '../../guest/requirements.ts';
import { holdDomain, type Hold, type HoldOptions } from '../../hold/hold-domain.ts';
import type { Host } from '../../host.ts';
import { PAGE_BYTES } from '../../memory.ts';
import type { DomainSource } from './source.ts';

/** How a core is made. */
export interface CoreOptions extends Pick<HoldOptions, 'waitMs'> {
  /** Let the domain run meanwhile: its pages are of different moments then. @default false */
  readonly live?: boolean;
  readonly onLog?: ((line: string) => void) | undefined;
}

/**
 * A core of a domain, for `startSaving` of libxfr: what `xl dump-core` writes, an ELF file with its memory and the
 * registers of its vCPUs. The domain stands still while it is read, and goes on when it has been written or could not
 * be. One that was paused before stays so. It is no image: nothing can be restored from it.
 */
export function coreSource(host: Host, domain: Domain, options: CoreOptions = {}): DomainSource {
  const { name, uuid, domid, type } = domain;
  const { live = false } = options;
  const failure = (thrown: unknown): ReturnType<typeof guestError> =>
    guestError(host, domain, thrown, { doing: `dumping ${name}`, hint: 'try again' });
  /** whether it stands still because of this */
  let isStopped = false;

  const stop = async (info: DomainInfo): Promise<void> => {
    if (live || info.isPaused) return;
    await host.xen.domainPause(domid);
    isStopped = true;
  };
  const letGo = async (): Promise<void> => {
    if (!isStopped) return;
    try {
      if ((await host.xen.domainGetinfo(domid)) !== undefined) await host.xen.domainUnpause(domid);
    } catch (thrown) {
      throw (await failure(thrown)).with({
        hint: `it stands still: vm-unpause ${name}`,
        leftovers: [`${name}, paused`],
        guest: { domid, uuid, name, state: 'paused' },
      });
    }
    isStopped = false;
  };

  return {
    domid,
    async hold(signal): Promise<Hold> {
      return holdDomain(host, domain, { waitMs: options.waitMs, signal }).catch(async (thrown: unknown) => {
        throw await failure(thrown);
      });
    },
    async describe(): Promise<Offer> {
      try {
        refuseDom0(domain, 'dumped from here');
        const info = await requireThere(host, domain);
        const { major, minor, extra } = host.xen.version;
        const memoryBytes = info.totPages * PAGE_BYTES;
        return {
          name,
          uuid,
          type,
          memoryBytes,
          maxMemoryBytes: memoryBytes,
          vcpus: info.maxVcpuId + 1,
          live,
          xen: `${major}.${minor}${extra}`,
          configJson: '{}',
        };
      } catch (thrown) {
        throw await failure(thrown);
      }
    },
    check: () => Promise.resolve([]),
    async save(sink, control): Promise<SaveReport> {
      try {
        const info = await requireThere(host, domain);
        await stop(info);
        const suspendedAt = performance.now();
        const bytes = await write(host, domain, { ...options, ...control, live, info }, sink);
        return {
          iterations: 1,
          pages: info.totPages,
          bytes,
          suspendedAt: isStopped ? suspendedAt : performance.now(),
        };
      } catch (thrown) {
        try {
          await letGo();
        } catch (stays) {
          throw stays instanceof VmToolsError ? stays.with({ cause: thrown }) : stays;
        }
        throw await failure(thrown);
      }
    },
    confirm: () => Promise.resolve(), // a core is what was read, whatever becomes of the domain
    resume: letGo,
    destroy: letGo,
  };
}

interface WriteOptions extends CoreOptions, SaveControl {
  readonly info: DomainInfo;
}

async function write(
  { xen }: Host,
  { domid, name }: Domain,
  { live = false, info, signal, onProgress, onLog }: WriteOptions,
  sink: Writable,
): Promise<number> {
  const total = info.totPages * PAGE_BYTES;
  let bytes = 0;
  const tell = (): void =>
    onProgress({
      phase: live ? 'precopy' : 'stop-and-copy',
      iteration: 1,
      remaining: Math.max(0, total - bytes),
      total,
      at: performance.now(),
    });
  tell();
  const call = xen.domainDumpcore(domid, { signal, onLog });
  const told = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      yield chunk;
      tell();
    }
  };
  // When libxc fails, no reader may wait for more of its stream; nor libxc for a reader that has failed.
  call.done.catch((error: unknown) => call.stream.destroy(error as Error));
  const flow = pipeline(call.stream, told, sink, { signal, end: false });
  flow.catch((error: unknown) => call.stream.destroy(error as Error));
  const [dumped, written] = await Promise.allSettled([call.done, flow]);
  if (sink.errored !== null) throw sink.errored;
  if (signal.aborted) throw abortError(signal, `dumping ${name}`);
  if (dumped.status === 'rejected') throw dumped.reason;
  if (written.status === 'rejected') throw written.reason;
  sink.end();
  await finished(sink, { readable: false, signal });
  return bytes;
}
