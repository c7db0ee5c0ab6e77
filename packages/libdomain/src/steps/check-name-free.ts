import { VmToolsError } from '@vm-tools/errors';
import { readNames } from '../read-names.ts';
import type { Step } from '../step/step.ts';
import type { Wanted } from './context.ts';

/** Xen and xenstore would both take a second domain of the same name, and nobody could tell them apart. */
export const checkNameFree: Step<Wanted> = {
  name: 'check-name-free',
  about: ({ config }) => `no domain is called ${config?.name} or has UUID ${config?.uuid}`,
  async run({ config, host: { xen, store } }) {
    const living = (await xen.domainGetinfolist()).filter(({ isDying }) => !isDying);
    const names = await readNames(store, living);
    const namesake = living[names.indexOf(config.name)];
    if (namesake !== undefined) {
      throw new VmToolsError({
        code: 'DOMAIN_NAME_TAKEN',
        kind: 'usage',
        message: `a domain called ${config.name} is there already, as domid ${namesake.domid}`,
        hint: 'destroy it first, or choose another name',
        details: { name: config.name, domid: namesake.domid },
      });
    }
    const twin = living.findIndex(({ uuid }) => uuid === config.uuid);
    const domid = living[twin]?.domid;
    if (domid !== undefined) {
      throw new VmToolsError({
        code: 'DOMAIN_UUID_TAKEN',
        kind: 'usage',
        message: `UUID ${config.uuid} is that of the domain ${names[twin] ?? ''} (domid ${domid})`,
        hint: 'destroy it first, or leave out uuid to get a new one',
        details: { uuid: config.uuid, domid },
      });
    }
    return {};
  },
};
