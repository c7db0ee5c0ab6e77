import { nameFault } from '../config/keys/name-fault.ts';
import { lockCreation } from '../steps/creation-lock.ts';
import { requireNameFree, requireStillFree } from '../steps/checks/check-name-free.ts';
import { domainPath, vmPath } from '../paths.ts';
import type { Change, Subject } from './change.ts';
import { writeNodes } from './nodes.ts';
import { invalidSetting, type DomainSettings } from './settings.ts';

/**
 * Another name, which no other domain has, as `xl rename` gives it.
 *
 * @throws DOMAIN_SETTING_INVALID
 */
export function nameChange({ host, domain, signal }: Subject, { name }: DomainSettings): Change | undefined {
  if (name === undefined || name === domain.name) return undefined;
  const fault = nameFault(name);
  if (fault !== undefined)
    throw invalidSetting(domain, `cannot be called ${JSON.stringify(name)}`, `the name ${fault}`);
  const { domid, uuid } = domain;
  let known: ReadonlySet<number> = new Set();
  const entries = { [`${domainPath(domid)}/name`]: name, [`${vmPath(uuid)}/name`]: name };
  const written = writeNodes(host, domid, entries, (tx) => requireStillFree(host, tx, name, known));
  return {
    what: 'its name',
    async apply() {
      // To look whether it is free and to take it is one act.
      await using _creation = await lockCreation(host, signal);
      const infos = (await host.xen.domainGetinfolist()).filter(({ isDying }) => !isDying);
      await requireNameFree(host, { name, uuid }, infos);
      known = new Set(infos.map((info) => info.domid));
      await written.write();
    },
    takeBack: () => written.takeBack(),
  };
}
