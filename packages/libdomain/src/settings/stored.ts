import { updateLibxlJson } from '../image-config/index.ts';
import { updateUserdata } from '../userdata.ts';
import type { Change, Subject } from './change.ts';
import type { DomainSettings } from './settings.ts';

/** The configuration that xl, a save and a restart find: the domain comes back as it was set. */
export function storedChange({ host, domain, signal }: Subject, settings: DomainSettings): Change {
  const { name, memoryKib, maxMemoryKib, weight, cap } = settings;
  let before: string | undefined;
  return {
    what: 'its stored configuration',
    async apply() {
      before = await updateUserdata(
        host,
        domain,
        (json) => updateLibxlJson(json, { name, memoryKib, maxMemoryKib, weight, cap }),
        signal,
      );
    },
    async takeBack() {
      if (before !== undefined) await updateUserdata(host, domain, () => before ?? '');
    },
  };
}
