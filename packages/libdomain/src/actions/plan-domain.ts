import { randomUUID } from 'node:crypto';
import type { DomainConfig } from '../config/schema.ts';
import type { Origin } from '../places/index.ts';
import { PLUG_ORDER } from '../devices/all.ts';
import { pipeline, type Pipeline } from '../step/pipeline.ts';
import type { Step } from '../step/step.ts';
import { archParams } from '../steps/arch-params.ts';
import { bootEntries } from '../steps/boot-entries.ts';
import { claimMemory, releaseClaim } from '../steps/claim-memory.ts';
import { checkKernel } from '../steps/check-kernel.ts';
import { checkMemory } from '../steps/check-memory.ts';
import { checkNameFree } from '../steps/check-name-free.ts';
import type { Filled, Incoming, Made, Sized, Wanted, Wired } from '../steps/context.ts';
import { creationLock, creationUnlock } from '../steps/creation-lock.ts';
import { cpuPolicy } from '../steps/cpu-policy.ts';
import { makeDomain } from '../steps/create-domain.ts';
import { eventChannels } from '../steps/event-channels.ts';
import { introduce } from '../steps/introduce.ts';
import { maxMem } from '../steps/max-mem.ts';
import { maxVcpus } from '../steps/max-vcpus.ts';
import { pagingPool } from '../steps/paging-pool.ts';
import { awaitDevices, plugDevices } from '../steps/plug-devices.ts';
import { userdata } from '../steps/userdata.ts';
import { xenstoreSkeleton } from '../steps/xenstore-skeleton.ts';
import { profileOf } from '../types/index.ts';

/** Puts something into the memory of an empty domain: a kernel, or what was saved. */
export type FillStep = Step<Wanted & Made & Wired, Filled>;

export interface DomainPlan {
  readonly name: string;
  readonly config: DomainConfig;
  readonly fill: FillStep;
  /**
   * A new domain needs a kernel and a CPU policy; a saved one brings both along. The memory of a new one is claimed by
   * libxenguest, which builds it.
   */
  readonly isNew: boolean;
  /** What brings it; nothing for a new one. */
  readonly incoming?: Incoming | undefined;
  /** The configuration as it came, in libxl's JSON: kept with the domain, with all that only others understand. */
  readonly configJson?: string | undefined;
  /** Whose words its configuration is; none for the operator's own. */
  readonly origin?: Origin | undefined;
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
}: DomainPlan): Pipeline<Finished> {
  const filled = pipeline<Wanted>(name, {
    config: { ...config, uuid: config.uuid ?? randomUUID() },
    ...(incoming === undefined ? {} : { incoming }),
    ...(configJson === undefined ? {} : { configJson }),
    ...(origin === undefined ? {} : { origin }),
  })
    .step(checkMemory)
    .when(isNew, checkKernel)
    .step(creationLock)
    .step(checkNameFree)
    .step(makeDomain)
    .step(xenstoreSkeleton)
    .step(creationUnlock)
    .step(maxVcpus)
    .step(maxMem)
    .step(eventChannels)
    .step(archParams)
    .when(profileOf(config).memory.isPaged, pagingPool)
    .when(isNew, cpuPolicy)
    .when(!isNew, claimMemory)
    .step(fill)
    .when(!isNew, releaseClaim)
    .step(bootEntries)
    .step(introduce);
  return PLUG_ORDER.reduce((plan, kind) => plan.together(...plugDevices(kind, config)), filled)
    .step(userdata)
    .together(...PLUG_ORDER.flatMap((kind) => awaitDevices(kind, config)));
}
