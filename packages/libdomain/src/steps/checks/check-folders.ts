import { requireFolder } from '../../devices/require/require-folder.ts';
import type { Step } from '../../step/step.ts';
import type { Wanted } from '../context.ts';

/** Looks for the folders that the guest may mount. */
export const checkFolders: Step<Wanted> = {
  name: 'check-folders',
  about: ({ config }) => `the folders ${config?.shares.map(({ path }) => path).join(', ')} are there`,
  async run({ config, host }) {
    for (const share of config.shares) await requireFolder(host, share);
    return {};
  },
};
