import { findDeadPartials } from '@vm-tools/libxfr/recovery';
import type { HealthCheck } from '../health-check.ts';

/** Images whose writers were killed. */
export const partialImages: HealthCheck = {
  name: 'partial-images',
  async look({ folders }) {
    const found = await Promise.all(folders.map((folder) => findDeadPartials(folder)));
    return found.flat().map((partial) => ({
      about: partial.path,
      message: 'it is part of an image whose writer was killed',
      remedy: 'remove it',
      fix: () => partial.remove(),
    }));
  },
};
