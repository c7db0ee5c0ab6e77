import { forEachDomain, numbered, type Invocation, type OneOrList, type Outcome } from '@vm-tools/cli';
import { planMove, resolveDomain } from '@vm-tools/libdomain';
import { movesOf } from '../moves.ts';
import type { MigrateInput } from '../options.ts';
import type { MovePlan } from '../result.ts';
import { sideWord } from '../side.ts';

/** The steps of the migration, with the locks and the moments at which each disk has another owner. */
export async function dryRun(invocation: Invocation<MigrateInput>): Promise<Outcome<OneOrList<MovePlan>>> {
  const { input } = invocation;
  const { domains, endpoint } = movesOf(input);
  const host = await invocation.openHost();
  return forEachDomain(
    invocation,
    domains,
    async (word) => {
      const domain = await resolveDomain(host, word);
      const { domid, uuid, name } = domain;
      const steps = await planMove(host, domain, input.live);
      const lines = steps.map(({ side, name: step, about }) => `${sideWord(side)}  ${step}: ${about}`);
      return {
        value: { domid, uuid, name, steps },
        text: [`steps to move ${name} to ${endpoint}:`, ...numbered(lines)].join('\n'),
      };
    },
    { atOnce: 1, isReport: true },
  );
}
