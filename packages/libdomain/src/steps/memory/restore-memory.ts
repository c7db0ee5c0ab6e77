import { abortError, VmToolsError } from '@vm-tools/errors';
import type { ImageSink } from '@vm-tools/xc-native';
import type { FillStep } from '../context.ts';

/**
 * Gives the whole libxc stream to the sink and ends it, each byte after it has been checked, and resolves when what
 * followed the stream in its image was sound, too. Rejects with what was not.
 */
export type FeedMemory = (sink: ImageSink, signal: AbortSignal) => Promise<void>;

/** Fills the domain with what was saved. */
export function restoreMemory(feed: FeedMemory): FillStep {
  return {
    name: 'restore-memory',
    about: () => 'memory and vCPUs from the stream',
    async run({ config, domid, ports, host, signal, onLog }) {
      const call = host.xen.domainRestore(domid, { type: config.type, ...ports }, { signal, onLog });
      // When libxc fails, no writer may wait until it takes more.
      call.done.catch((error: unknown) => call.sink.destroy(error as Error));
      const feeding = feed(call.sink, signal);
      // And libxc waits for no more than there will be.
      feeding.catch((error: unknown) => call.sink.destroy(error as Error));
      const [restored, fed] = await Promise.allSettled([call.done, feeding]);
      if (restored.status === 'fulfilled' && fed.status === 'fulfilled') return { frames: restored.value };
      if (signal.aborted) throw abortError(signal, `restoring ${config.name}`);
      throw firstCause(restored, fed);
    },
  };
}

/** A stream that broke or was refused takes libxc down with it; all else is libxc's own failure. */
function firstCause(restored: PromiseSettledResult<unknown>, fed: PromiseSettledResult<void>): unknown {
  if (fed.status === 'rejected' && fed.reason instanceof VmToolsError) return fed.reason;
  return restored.status === 'rejected' ? restored.reason : (fed as PromiseRejectedResult).reason;
}
