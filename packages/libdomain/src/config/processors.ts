import type * as z from 'zod';
import { dependsOnHost } from '../scheduling/processors-on.ts';
import type { WantedProcessors } from '../scheduling/scheduling.ts';

/** The fields that say on which processors the vCPUs run. */
export type ProcessorsField = 'cpus' | 'cpusSoft';

type Processors = { readonly [Field in ProcessorsField]?: WantedProcessors | undefined };

/** There is nothing to be kept to processors behind the last vCPU. */
export function checkProcessors(
  config: Processors & { readonly vcpus: number; readonly maxVcpus?: number | undefined },
  context: z.RefinementCtx,
): void {
  const message = 'must not be for more vCPUs than there are';
  for (const field of ['cpus', 'cpusSoft'] as const)
    if ((config[field] ?? []).length > (config.maxVcpus ?? config.vcpus))
      context.addIssue({ code: 'custom', path: [field], message });
}

/** The same without what says nothing: vCPUs behind the last one that is kept to some processors. */
export function usedProcessors({ cpus, cpusSoft }: Processors): {
  readonly [Field in ProcessorsField]?: WantedProcessors;
} {
  const [hard, soft] = [used(cpus), used(cpusSoft)];
  return { ...(hard.length > 0 && { cpus: hard }), ...(soft.length > 0 && { cpusSoft: soft }) };
}

function used(lists: WantedProcessors = []): WantedProcessors {
  return lists.slice(0, 1 + lists.findLastIndex((list) => dependsOnHost(list) || list.length > 0));
}
