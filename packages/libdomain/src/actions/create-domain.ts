import { randomUUID } from 'node:crypto';
import { requireOpen } from '../closed.ts';
import type { DomainConfig } from '../config/schema.ts';
import type { Domain } from '../domain.ts';
import { asVmToolsError } from '../guest-error.ts';
import { holdDomain, type HoldOptions } from '../hold/hold-domain.ts';
import type { Host } from '../host.ts';
import type { Origin, PlaceRules } from '../places/index.ts';
import type { Pipeline } from '../step/pipeline.ts';
import { runPipeline, type RunOptions } from '../step/run.ts';
import { unpause } from '../steps/domain/unpause.ts';
import { build } from '../steps/memory/build.ts';
import { planDomain, type Finished } from './plan-domain.ts';

/** How a domain is made and whether it runs then; `waitMs` is how long to wait for its lock. */
export interface CreateOptions extends Omit<RunOptions, 'signal'>, HoldOptions {
  /** Leave it paused, as Xen made it. @default false */
  readonly paused?: boolean;
  /** libxl's JSON that the configuration was read from, of a domain that starts anew: it is kept with the new one. */
  readonly configJson?: string;
  /** It was here before, and comes back to a host that takes no others. @default so does one with `configJson` */
  readonly isBack?: boolean | undefined;
  /** The author of its configuration. @default the operator */
  readonly origin?: Origin | undefined;
  /** What its devices may reach. @default everything */
  readonly rules?: PlaceRules | undefined;
}

/** The steps of `createDomain`, as a value to print or to run. A domain without a UUID gets one here. */
export function planCreate(
  config: DomainConfig,
  {
    paused = false,
    configJson,
    origin,
    rules,
  }: Pick<CreateOptions, 'paused' | 'configJson' | 'origin' | 'rules'> = {},
): Pipeline<Finished> {
  const plan = planDomain({
    name: 'vm-create',
    config,
    fill: build,
    isNew: true,
    configJson,
    origin,
    rules,
  });
  return plan.when(!paused, unpause);
}

/**
 * Creates a domain and lets it run. A failure leaves nothing behind, or names in `leftovers` what it had to.
 *
 * @throws HOST_CLOSED, DOMAIN_NAME_TAKEN, DOMAIN_UUID_TAKEN, DOMAIN_NO_MEMORY, KERNEL_…, XEN_…, XENSTORE_…; and as `holdDomain`
 */
export async function createDomain(
  host: Host,
  config: DomainConfig,
  options: CreateOptions = {},
): Promise<Domain> {
  const { uuid = randomUUID(), name } = config;
  try {
    if (!(options.isBack ?? options.configJson !== undefined)) await requireOpen(host);
    await using _held = await holdDomain(host, { uuid, name }, options);
    const { context } = await runPipeline(planCreate({ ...config, uuid }, options), host, options);
    return describeNew(context, options);
  } catch (thrown) {
    const error = asVmToolsError(thrown, { doing: `creating ${config.name}`, hint: 'try again' });
    const state = error.leftovers.length === 0 ? 'never created' : 'never started';
    throw error.with({ guest: { name: config.name, state } });
  }
}

/** As it was made. Asking Xen could fail, and then a running guest would have to be taken back. */
function describeNew({ config, domid }: Finished, { paused = false }: CreateOptions): Domain {
  const { uuid, name, type, memoryKib, maxMemoryKib, vcpus } = config;
  const state = paused ? 'paused' : 'running';
  return { domid, uuid, name, type, state, memoryKib, maxMemoryKib, vcpus, cpuTimeNs: 0n };
}
