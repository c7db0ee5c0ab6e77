import type { DomainConfig } from '../../config/schema.ts';
import { domainPath, vmPath } from '../../paths.ts';
import type { Scheduling } from '../../scheduling/scheduling.ts';
import type { Step } from '../../step/step.ts';
import { profileOf } from '../../types/index.ts';
import type { Filled, Made, Wanted, Wired } from '../context.ts';

/**
 * The nodes that the guest reads about itself as soon as it runs. Undone with the skeleton around it.
 *
 * @param online the vCPUs that it is asked to use
 */
export const bootEntries = ({
  online,
}: Pick<Scheduling, 'online'>): Step<Wanted & Made & Wired & Filled> => ({
  name: 'boot-entries',
  about: () => 'memory, vCPUs, xenstore ring, image',
  async run({ config, fetched, domid, ports, frames, host, signal }) {
    const entries: Record<string, string> = {
      'memory/static-max': `${config.maxMemoryKib}`,
      'memory/target': `${config.memoryKib}`,
      'memory/videoram': '0',
      domid: `${domid}`,
      'store/port': `${ports.storePort}`,
      'store/ring-ref': `${frames.storeFrame}`,
    };
    for (let vcpu = 0; vcpu < config.maxVcpus; vcpu++)
      entries[`cpu/${vcpu}/availability`] = online?.includes(vcpu) === false ? 'offline' : 'online';
    const startTime = { start_time: (Date.now() / 1000).toFixed(2) };
    const image = profileOf(config).tellsImage
      ? { ...startTime, ...imageEntries(fetched ?? config) }
      : startTime;
    await host.store.transaction(
      async (tx) => {
        for (const [name, value] of Object.entries(entries))
          await tx.write(`${domainPath(domid)}/${name}`, value);
        for (const [name, value] of Object.entries(image))
          await tx.write(`${vmPath(config.uuid)}/${name}`, value);
      },
      { signal },
    );
    return {};
  },
});

/** A request to xenstored has 4096 bytes, and the path is among them. */
const MAX_VALUE_BYTES = 3072;

/**
 * For other programs; the guest has them in its memory. Values that xenstored would not take are left out: the command
 * line of a guest of xl may be of any length.
 */
function imageEntries({
  kernel,
  ramdisk,
  cmdline,
}: Pick<DomainConfig, 'kernel' | 'ramdisk' | 'cmdline'>): Record<string, string> {
  const entries = { 'image/kernel': kernel, 'image/ramdisk': ramdisk, 'image/cmdline': cmdline };
  const isFit = (entry: [string, string | undefined]): entry is [string, string] =>
    entry[1] !== undefined && Buffer.byteLength(entry[1]) <= MAX_VALUE_BYTES;
  return Object.fromEntries(Object.entries(entries).filter(isFit));
}
