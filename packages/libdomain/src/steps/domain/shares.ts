import { VmToolsError } from '@vm-tools/errors';
import type { Xen } from '@vm-tools/xc-native';
import type { Scheduling } from '../../scheduling/scheduling.ts';
import type { Step } from '../../step/step.ts';
import type { Made, Wanted } from '../context.ts';

/** Whether a domain has another share of processor time than a new one. */
export function hasShares({ weight, cap }: Scheduling): boolean {
  return weight !== undefined || cap !== undefined;
}

/** The share of processor time that is asked for. A scheduler that knows no weights and caps refuses them. */
export const newShares = ({ weight, cap }: Scheduling): Step<Wanted & Made> => ({
  name: 'shares',
  about: () => described({ weight, cap }),
  async run({ domid, host: { xen } }) {
    await setShares(xen, domid, { weight, cap });
    return {};
  },
});

/** The share of processor time that it had. A scheduler that knows no weights and caps refuses them. */
export const shares = ({ weight, cap }: Scheduling): Step<Wanted & Made> => ({
  name: 'shares',
  about: () => described({ weight, cap }),
  async run({ config, domid, host: { xen } }) {
    try {
      await setShares(xen, domid, { weight, cap });
    } catch (thrown) {
      if (!(thrown instanceof VmToolsError) || thrown.code !== 'XEN_NO_CAP') throw thrown;
      const had = described({ weight, cap });
      throw thrown.with({
        message: `${config.name} had ${had}, and the scheduler of the host where it is now knows neither`,
      });
    }
    return {};
  },
});

async function setShares(xen: Xen, domid: number, { weight, cap }: Scheduling): Promise<void> {
  if (weight !== undefined) await xen.domainSetWeight(domid, weight);
  if (cap !== undefined) await xen.domainSetCap(domid, cap);
}

function described({ weight, cap }: Scheduling): string {
  const had = [
    ...(weight === undefined ? [] : [`weight ${weight}`]),
    ...(cap === undefined ? [] : [`cap ${cap} %`]),
  ];
  return had.join(', ');
}
