import { VmToolsError } from '@vm-tools/errors';
import type { DomainConfig } from '../config/schema.ts';
import type { Domain } from '../domain.ts';
import type { Host } from '../host.ts';
import type { Pipeline } from '../step/pipeline.ts';
import { runPipeline, type RunOptions } from '../step/run.ts';
import { build } from '../steps/build.ts';
import { planDomain, type Finished } from './plan-domain.ts';
import { resolveDomain } from './resolve-domain.ts';

export interface CreateOptions extends RunOptions {
  /** Leave it paused, as Xen made it. @default false */
  readonly paused?: boolean;
}

/** What `createDomain` would do, as a value to print or to run. A domain without a UUID gets one here. */
export function planCreate(
  config: DomainConfig,
  { paused = false }: Pick<CreateOptions, 'paused'> = {},
): Pipeline<Finished> {
  return planDomain({ name: 'vm-create', config, fill: build, isNew: true, paused });
}

/**
 * Creates a domain and lets it run. A failure leaves nothing behind, or names in `leftovers` what it had to.
 *
 * @throws DOMAIN_NAME_TAKEN, DOMAIN_UUID_TAKEN, DOMAIN_NO_MEMORY, KERNEL_…, XEN_…, XENSTORE_…
 */
export async function createDomain(
  host: Host,
  config: DomainConfig,
  options: CreateOptions = {},
): Promise<Domain> {
  const { context } = await runPipeline(planCreate(config, options), host, options).catch(
    (thrown: unknown) => {
      if (!(thrown instanceof VmToolsError)) throw thrown;
      throw thrown.with({ guest: { name: config.name, state: 'never created' } });
    },
  );
  return resolveDomain(host, context.domid);
}
