import { forEachDomain, type Invocation, type Outcome } from '@vm-tools/cli';
import { domainSource, resolveDomain } from '@vm-tools/libdomain';
import { movesOf } from '../moves.ts';
import type { MigrateInput } from '../options.ts';

const WHERE = { source: 'here', target: 'there' } as const;

/** The steps of the migration, with the locks and the moments at which each disk has another owner. */
export async function dryRun(invocation: Invocation<MigrateInput>): Promise<Outcome> {
  const { input } = invocation;
  const { domains, endpoint } = movesOf(input);
  const host = await invocation.openHost();
  return forEachDomain(
    invocation,
    domains,
    async (word) => {
      const domain = await resolveDomain(host, word);
      const { domid, uuid, name } = domain;
      const steps = await domainSource(host, domain, { live: input.live, waitMs: input.wait }).plan();
      const lines = steps.map(
        ({ side, name: step, about }, index) =>
          `${String(index + 1).padStart(3)}  ${WHERE[side].padEnd(WHERE.target.length)}  ${step}: ${about}`,
      );
      return {
        value: { domid, uuid, name, steps },
        text: [`steps to move ${name} to ${endpoint}:`, ...lines].join('\n'),
      };
    },
    { atOnce: 1, isReport: true },
  );
}
