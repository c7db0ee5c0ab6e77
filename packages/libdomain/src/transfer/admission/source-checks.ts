import { VmToolsError } from '@vm-tools/errors';
import type { Domain } from '../../domain.ts';
import type { Host } from '../../host.ts';
import { featurePath } from '../../paths.ts';
import { checkSavable, requireLive, type LiveMode } from '../source/check-savable.ts';
import { currentConfig } from '../source/current-config.ts';
import type { HostCheck } from './run-checks.ts';

/** A domain of this host that is to leave it. */
export interface Departure {
  readonly host: Host;
  readonly domain: Domain;
  readonly live: LiveMode;
}

/** All that could make it fail to be saved, as far as it can be known now. */
export const SOURCE_CHECKS: readonly HostCheck<Departure>[] = [
  {
    name: 'savable',
    async run({ host, domain }) {
      const { info } = await checkSavable(host, domain, 'auto');
      await currentConfig(host, domain, info);
    },
  },
  {
    name: 'live',
    async run({ host, domain, live }) {
      await requireLive(host, domain, live);
    },
  },
  {
    name: 'suspend',
    async run({ host, domain }) {
      if ((await host.store.read(featurePath(domain.domid, 'suspend'))) !== '1') throw saysNothing(domain);
    },
  },
];

/** It is asked anyway when it is moved: some guests can, and never say so. */
function saysNothing({ domid, name }: Domain): VmToolsError {
  return new VmToolsError({
    code: 'DOMAIN_SUSPEND_UNKNOWN',
    message: `${name} has not said that it can suspend itself`,
    hint: 'check that its kernel has a driver for Xen and has started; some can suspend without saying so: then just try',
    details: { domid },
  });
}
