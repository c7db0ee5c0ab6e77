import { requireDevicesAllowed, type PlaceRules } from '../../places/index.ts';
import type { Step } from '../../step/step.ts';
import type { Wanted } from '../context.ts';

/**
 * Looks a second time where the folders and sockets of a guest from elsewhere lead, right before they are plugged in: a
 * guest that may write to a folder above one could have put a link in its place since.
 */
export const checkPlacesAgain = (rules: PlaceRules): Step<Wanted> => ({
  name: 'check-places-again',
  about: ({ config }) => `the folders of ${config?.name ?? 'the guest'} still lead to where it is allowed`,
  async run({ config }) {
    await requireDevicesAllowed({ ...config, disks: [], networks: [], framebuffers: [] }, rules);
    return {};
  },
});
