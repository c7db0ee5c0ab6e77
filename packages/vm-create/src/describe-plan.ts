import { numbered, type DomainOutcome } from '@vm-tools/cli';
import type { DomainConfig, StepDescription } from '@vm-tools/libdomain';
import type { CreatePlan } from './result.ts';

/** The steps in their order, and the configuration with all that was filled in. */
export function describePlan(
  config: DomainConfig,
  steps: readonly StepDescription[],
): DomainOutcome<CreatePlan> {
  return {
    value: { steps, config },
    text: [
      `steps to create ${config.name}:`,
      ...numbered(steps.map(({ name, about }) => `${name}: ${about}`)),
      'configuration:',
      JSON.stringify(config, null, 2),
    ].join('\n'),
  };
}
