import { randomUUID } from 'node:crypto';
import { withMacs } from '../config/devices/mac.ts';
import type { DomainConfig } from '../config/schema.ts';
import { DEVICE_KINDS } from '../devices/all.ts';
import { needsQemu } from '../devices/qemu/needs-qemu.ts';
import { readScheduling } from '../image-config/index.ts';
import type { Origin, PlaceRules } from '../places/index.ts';
import { bestEffort } from '../step/best-effort.ts';
import { pipeline, type Pipeline } from '../step/pipeline.ts';
import { bootloader, dropFetched } from '../steps/boot/bootloader.ts';
import { checkCpu } from '../steps/checks/check-cpu.ts';
import { checkCpupool } from '../steps/checks/check-cpupool.ts';
import { checkKernel } from '../steps/checks/check-kernel.ts';
import { checkChannels } from '../steps/checks/check-channels.ts';
import { checkDisks } from '../steps/checks/check-disks.ts';
import { checkFolders } from '../steps/checks/check-folders.ts';
import { checkNetworks } from '../steps/checks/check-networks.ts';
import { checkMemory } from '../steps/checks/check-memory.ts';
import { checkNameFree } from '../steps/checks/check-name-free.ts';
import { checkPlacesAgain } from '../steps/checks/check-places.ts';
import { checkQemu } from '../steps/checks/check-qemu.ts';
import type { Filled, FillStep, Incoming, Made, Sized, Wanted, Wired } from '../steps/context.ts';
import { creationLock, creationUnlock } from '../steps/creation-lock.ts';
import { archParams } from '../steps/domain/arch-params.ts';
import { cpupool, newCpupool } from '../steps/domain/cpupool.ts';
import { cpuPolicy } from '../steps/domain/cpu-policy.ts';
import { makeDomain } from '../steps/domain/create-domain.ts';
import { eventChannels } from '../steps/domain/event-channels.ts';
import { maxVcpus } from '../steps/domain/max-vcpus.ts';
import { pinNewVcpu, pinnedVcpus, pinVcpu } from '../steps/domain/pin-vcpu.ts';
import { hasShares, newShares, shares } from '../steps/domain/shares.ts';
import { claimMemory, releaseClaim } from '../steps/memory/claim-memory.ts';
import { maxMem } from '../steps/memory/max-mem.ts';
import { pagingPool } from '../steps/memory/paging-pool.ts';
import { bootEntries } from '../steps/store/boot-entries.ts';
import { deviceModel } from '../steps/store/device-model.ts';
import { introduce } from '../steps/store/introduce.ts';
import { awaitDevices, plugDevices } from '../steps/store/plug-devices.ts';
import { userdata } from '../steps/store/userdata.ts';
import { xenstoreSkeleton } from '../steps/store/xenstore-skeleton.ts';
import { schedulingOf } from '../scheduling/scheduling-of.ts';
import { profileOf } from '../types/index.ts';

export interface DomainPlan {
  readonly name: string;
  readonly config: DomainConfig;
  readonly fill: FillStep;
  /**
   * A new domain needs a kernel and a CPU policy; a saved one brings both along. The memory of a new one is claimed by
   * libxenguest, which builds it.
   */
  readonly isNew: boolean;
  /** The image or transfer that brings it; nothing for a new one. */
  readonly incoming?: Incoming | undefined;
  /** The configuration as it came, in libxl's JSON: kept with the domain, with all that only others understand. */
  readonly configJson?: string | undefined;
  /** The author of its configuration; none for the operator. */
  readonly origin?: Origin | undefined;
  /** What its devices may reach. @default everything */
  readonly rules?: PlaceRules | undefined;
}

/** A domain that has been made. */
export type Finished = Wanted & Sized & Made & Wired & Filled;

/**
 * How a domain comes to be, in the order of libxl. A created and a restored domain differ in what fills their
 * memory, and in nothing behind it. It is paused then.
 */
export function planDomain({
  name,
  config,
  fill,
  isNew,
  incoming,
  configJson,
  origin,
  rules,
}: DomainPlan): Pipeline<Finished> {
  const complete = withMacs({ ...config, uuid: config.uuid ?? randomUUID() });
  const reachesFolders = config.shares.length > 0 || config.channels.length > 0;
  const scheduling =
    configJson === undefined ? schedulingOf(config) : readScheduling(configJson, config.maxVcpus);
  // What it had elsewhere or before may be impossible by now; what is asked for is done, or it is not created.
  const isAsked = configJson === undefined;
  const hasBootloader = isNew && config.bootloader !== undefined;
  return pipeline<Wanted>(name, { config: complete, incoming, configJson, origin })
    .step(checkMemory)
    .when(config.disks.length > 0, checkDisks)
    .when(config.networks.length > 0, checkNetworks)
    .when(config.shares.length > 0, checkFolders)
    .when(config.channels.length > 0, checkChannels)
    .when(needsQemu(complete), checkQemu)
    .when(isAsked && config.pool !== undefined, checkCpupool)
    .when(isNew && isAsked && (config.cpuPolicy ?? config.cpuid) !== undefined, checkCpu)
    .when(hasBootloader, bootloader)
    .when(isNew, checkKernel)
    .step(creationLock)
    .step(checkNameFree)
    .step(makeDomain)
    .step(xenstoreSkeleton)
    .step(creationUnlock)
    .when(config.pool !== undefined, isAsked ? newCpupool : bestEffort(cpupool))
    .step(maxVcpus)
    .each(pinnedVcpus(scheduling), (vcpu) => (isAsked ? pinNewVcpu(vcpu) : bestEffort(pinVcpu(vcpu))))
    .when(hasShares(scheduling), isAsked ? newShares(scheduling) : bestEffort(shares(scheduling)))
    .step(maxMem)
    .step(eventChannels)
    .step(archParams)
    .when(profileOf(config).memory.isPaged, pagingPool)
    .when(isNew, cpuPolicy)
    .when(!isNew, claimMemory)
    .step(fill)
    .when(hasBootloader, dropFetched)
    .when(!isNew, releaseClaim)
    .step(bootEntries(scheduling))
    .step(introduce)
    .each(reachesFolders && rules !== undefined ? [rules] : [], checkPlacesAgain)
    .together(...DEVICE_KINDS.flatMap((kind) => plugDevices(kind, complete)))
    .when(needsQemu(complete), deviceModel)
    .step(userdata)
    .together(...DEVICE_KINDS.flatMap((kind) => awaitDevices(kind, complete)));
}
