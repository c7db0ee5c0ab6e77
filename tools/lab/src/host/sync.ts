import { exists } from '../local/build-aside.ts';
import { labError } from '../local/lab-error.ts';
import type { LabHost } from './lab-host.ts';
import { layout } from '../local/layout.ts';

/** Puts the vm-tools of today's bundle on a running host, in place of those it has. */
export async function syncBundle(host: LabHost): Promise<void> {
  if (!(await exists(layout.bundle))) {
    throw labError({
      code: 'NO_BUNDLE',
      message: `there is no ${layout.bundle}`,
      hint: 'make it with `npm run bundle`',
    });
  }
  await host.installBundle(layout.bundle);
}
