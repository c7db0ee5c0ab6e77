import { VmToolsError } from '@vm-tools/errors';
import type { Scheduling } from '../../scheduling/scheduling.ts';
import type { Step } from '../../step/step.ts';
import type { Made, Wanted } from '../context.ts';

type Shares = Pick<Scheduling, 'weight' | 'cap'>;

/** Whether a domain has another share of processor time than a new one. */
export function hasShares({ weight, cap }: Shares): boolean {
  return weight !== undefined || cap !== undefined;
}

/** The share of processor time that is asked for. A scheduler that knows no weights and caps refuses them. */
export const newShares = ({ weight, cap }: Shares): Step<Wanted & Made> => ({
  name: 'shares',
  about: () => described({ weight, cap }),
  async run({ domid, host: { xen } }) {
    if (weight !== undefined) await xen.domainSetWeight(domid, weight);
    if (cap !== undefined) await xen.domainSetCap(domid, cap);
    return {};
  },
});

/** The share of processor time that it had. A scheduler that knows no weights and caps refuses them. */
export const shares = (scheduling: Shares): Step<Wanted & Made> => {
  const step = newShares(scheduling);
  return {
    ...step,
    async run(made, ...more) {
      try {
        return await step.run(made, ...more);
      } catch (thrown) {
        if (!(thrown instanceof VmToolsError) || thrown.code !== 'XEN_NO_CAP') throw thrown;
        throw thrown.with({
          message: `${made.config.name} had ${described(scheduling)}, and the scheduler of the host where it is now knows neither`,
        });
      }
    },
  };
};

function described({ weight, cap }: Shares): string {
  const had = [
    ...(weight === undefined ? [] : [`weight ${weight}`]),
    ...(cap === undefined ? [] : [`cap ${cap} %`]),
  ];
  return had.join(', ');
}
