import { VmToolsError } from '@vm-tools/errors';
import { requireOpen } from '../../closed.ts';
import { MAX_VCPUS } from '../../config/keys/values.ts';
import type { DomainConfig } from '../../config/schema.ts';
import { requireSocketFree } from '../../devices/channel-socket.ts';
import { requireQemu } from '../../devices/qemu/require-qemu.ts';
import { requireBridge } from '../../devices/require/require-bridge.ts';
import { requireFolder } from '../../devices/require/require-folder.ts';
import type { Host } from '../../host.ts';
import { requireDevicesAllowed, requireStartable, type PlaceRules } from '../../places/index.ts';
import { reservationsOf, type Arriving } from '../../reservations.ts';
import { requireNameFree, requireUuidFree } from '../../steps/checks/check-name-free.ts';
import { DOMAIN_TYPES, isDomainType, profileOf } from '../../types/index.ts';
import type { Offer } from '@vm-tools/ports';
import { decodeCpuPolicy, requireCpu } from './cpu-policy.ts';
import type { HostCheck } from './run-checks.ts';
import { requireDisks } from './disks.ts';
import { noWayBack, requireSameOrNewer } from './xen-version.ts';

/** An offer, and the host that is to take it. */
export interface Arrival {
  readonly host: Host;
  readonly offer: Offer;
  /** Under which it is to run here. */
  readonly name: string;
  /** @throws VmToolsError when it cannot be read, or is not what the offer says */
  readonly readConfig: () => DomainConfig & { readonly uuid: string };
  /** The rules for its sender. */
  readonly readRules: () => Promise<PlaceRules>;
}

/**
 * All that could make a domain fail to come to life here, as far as it can be known before the first page. Nothing is
 * opened: the disks are still in use where it comes from.
 */
export const TARGET_CHECKS: readonly HostCheck<Arrival>[] = [
  { name: 'host-open', run: ({ host }) => requireOpen(host) },
  {
    name: 'xen-version',
    run({ host, offer }) {
      requireSameOrNewer(host.xen.version, offer.xen);
    },
    note: ({ host, offer }) => noWayBack(host.xen.version, offer.xen),
  },
  {
    name: 'type',
    async run({ host, offer }) {
      const { capabilities } = await host.xen.physinfo();
      const { type } = offer;
      if (!isDomainType(type) || !profileOf({ type }).host.suits(capabilities)) throw typeImpossible(offer);
    },
  },
  {
    name: 'config',
    run({ readConfig }) {
      readConfig();
    },
  },
  {
    name: 'kernel',
    async run({ readConfig, readRules }) {
      const config = configOf(readConfig);
      if (config !== undefined) await requireFiles(config, await readRules());
    },
  },
  {
    name: 'disks',
    async run({ host, offer, readConfig, readRules }) {
      const config = configOf(readConfig);
      if (config !== undefined) await requireDisks(host, config, offer, await readRules());
    },
  },
  {
    name: 'networks',
    async run({ host, readConfig, readRules }) {
      const config = configOf(readConfig);
      if (config === undefined || config.networks.length === 0) return;
      await requireDevicesAllowed({ ...config, disks: [] }, await readRules());
      for (const network of config.networks) await requireBridge(host, network);
    },
  },
  {
    name: 'folders',
    async run({ host, readConfig, readRules }) {
      const config = configOf(readConfig);
      if (config === undefined || config.shares.length === 0) return;
      await requireDevicesAllowed({ ...config, disks: [], networks: [] }, await readRules());
      for (const share of config.shares) await requireFolder(host, share);
    },
  },
  {
    name: 'channels',
    async run({ host, readConfig, readRules }) {
      const config = configOf(readConfig);
      if (config === undefined || config.channels.length === 0) return;
      const { name, channels } = config;
      const none = { disks: [], networks: [], framebuffers: [], shares: [] };
      await requireDevicesAllowed({ name, channels, ...none }, await readRules());
      for (const channel of channels) await requireSocketFree(host, channel);
    },
  },
  {
    name: 'device-model',
    async run({ host, readConfig }) {
      const config = configOf(readConfig);
      if (config !== undefined) await requireQemu(host, config);
    },
  },
  {
    name: 'vcpus',
    run({ offer }) {
      if (offer.vcpus > MAX_VCPUS) throw tooManyVcpus(offer);
    },
  },
  {
    name: 'cpu-policy',
    async run({ host, offer: { name, type, cpuPolicy } }) {
      // An older release does not say; then only libxc finds out, when the first records have come.
      if (cpuPolicy === undefined || !isDomainType(type)) return;
      await requireCpu(host, name, type, decodeCpuPolicy(cpuPolicy));
    },
  },
  {
    name: 'memory',
    async run(arrival) {
      await reservationsOf(arrival.host).requireRoom(arrival.host.xen, arrivingOf(arrival));
    },
  },
  {
    name: 'name',
    async run({ host, name, offer: { uuid } }) {
      reservationsOf(host).requireUnknown({ name, uuid }, 'name');
      await requireNameFree(host, { name, uuid });
    },
  },
  {
    name: 'uuid',
    async run({ host, name, offer: { uuid } }) {
      reservationsOf(host).requireUnknown({ name, uuid }, 'uuid');
      await requireUuidFree(host, uuid);
    },
  },
];

/** Those that cost a look into xenstore, and are what fails most. */
export const CHEAP_CHECKS = TARGET_CHECKS.filter(({ name }) => ['host-open', 'name', 'uuid'].includes(name));

/**
 * What its devices reach, and the files with which it is started when it reboots. Where it may come without these, they
 * are checked no earlier than then.
 *
 * @throws VmToolsError as `requireDevicesAllowed` and `requireStartable`
 */
export async function requireFiles(config: DomainConfig, rules: PlaceRules): Promise<void> {
  await requireDevicesAllowed(config, rules);
  if (rules.requireKernels) await requireStartable(config, rules);
}

/** Undefined when it cannot be read, which a check of its own reports. */
function configOf(readConfig: Arrival['readConfig']): DomainConfig | undefined {
  try {
    return readConfig();
  } catch {
    return undefined;
  }
}

/** The memory that it takes from the host; by the offer alone while its configuration cannot be read. */
export function arrivingOf({ offer, name, readConfig }: Arrival): Arriving {
  try {
    const { type, uuid, memoryKib, maxMemoryKib, maxVcpus } = readConfig();
    return { name, uuid, type, memoryKib, maxMemoryKib, maxVcpus };
  } catch {
    const { type, uuid, vcpus: maxVcpus, memoryBytes, maxMemoryBytes } = offer;
    const [memoryKib, maxMemoryKib] = [Math.ceil(memoryBytes / 1024), Math.ceil(maxMemoryBytes / 1024)];
    return { name, uuid, type: isDomainType(type) ? type : 'pvh', memoryKib, maxMemoryKib, maxVcpus };
  }
}

function typeImpossible({ name, type }: Offer): VmToolsError {
  return new VmToolsError({
    code: 'DOMAIN_TYPE_IMPOSSIBLE',
    kind: 'peer',
    message: `${name} is of type ${type}, and Xen of this host can run none of that type`,
    hint: isDomainType(type)
      ? profileOf({ type }).host.remedy
      : `only ${DOMAIN_TYPES.join(' and ')} domains can be moved`,
    details: { type },
  });
}

function tooManyVcpus({ name, vcpus }: Offer): VmToolsError {
  return new VmToolsError({
    code: 'DOMAIN_TOO_MANY_VCPUS',
    kind: 'peer',
    message: `${name} has ${vcpus} vCPUs, and a domain here can have ${MAX_VCPUS}`,
    hint: 'give it fewer, where it runs now',
    details: { vcpus, max: MAX_VCPUS },
  });
}
