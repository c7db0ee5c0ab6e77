import { updateLibxlJson } from '../image-config/index.ts';
import { currentScheduling } from '../scheduling/current-scheduling.ts';
import { updateUserdata } from '../userdata.ts';
import type { Change, Subject } from './change.ts';
import type { DomainSettings } from './settings.ts';

/** The configuration that xl, a save and a restart find: the domain comes back as it was set. */
export function storedChange({ host, domain, info, signal }: Subject, settings: DomainSettings): Change {
  const { name, memoryKib, maxMemoryKib, weight, cap, pin, prefer, vcpus } = settings;
  const isScheduled = [weight, cap, pin, prefer, vcpus].some((value) => value !== undefined);
  let before: string | undefined;
  return {
    what: 'its stored configuration',
    async apply() {
      const scheduling = isScheduled ? await currentScheduling(host, info) : undefined;
      // What has been said of where it rather runs holds, and not where libxl has placed it.
      const isPlacedAnew = pin !== undefined || prefer !== undefined;
      const facts = { name, memoryKib, maxMemoryKib, scheduling, isPlacedAnew };
      before = await updateUserdata(host, domain, (json) => updateLibxlJson(json, facts), signal);
    },
    async takeBack() {
      if (before !== undefined) await updateUserdata(host, domain, () => before ?? '');
    },
  };
}
