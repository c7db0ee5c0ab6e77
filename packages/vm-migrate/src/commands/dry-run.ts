import type { Invocation, Outcome } from '@vm-tools/cli';
import { domainSource, resolveDomain } from '@vm-tools/libdomain';
import type { MigrateInput } from '../options.ts';

const WHERE = { source: 'here', target: 'there' } as const;

/** The steps of the migration, with the locks and the moments at which each disk has another owner. */
export async function dryRun({ input, openHost }: Invocation<MigrateInput>): Promise<Outcome> {
  const host = await openHost();
  const domain = await resolveDomain(host, input.domain);
  const steps = await domainSource(host, domain, { live: input.live, waitMs: input.wait }).plan();
  const lines = steps.map(
    ({ side, name, about }, index) =>
      `${String(index + 1).padStart(3)}  ${WHERE[side].padEnd(WHERE.target.length)}  ${name}: ${about}`,
  );
  return {
    isReport: true,
    value: { steps },
    text: [`steps to move ${domain.name} to ${input.endpoint}:`, ...lines].join('\n'),
  };
}
