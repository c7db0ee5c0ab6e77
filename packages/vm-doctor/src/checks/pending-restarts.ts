import { readPending, restartDomain } from '@vm-tools/libdomain';
import { readPeer, trustFolder } from '@vm-tools/trust';
import type { HealthCheck } from '../health-check.ts';

/** Guests that could not be started again when they rebooted. */
export const pendingRestarts: HealthCheck = {
  name: 'pending-restarts',
  async look({ host }) {
    const pending = await readPending(host);
    return pending.flatMap((restart) =>
      restart.failure === undefined
        ? []
        : [
            {
              about: restart.name,
              message: `it could not be restarted: ${restart.failure.message}`,
              remedy: `restart it, as vm-create --from-pending ${restart.name} does`,
              fix: () =>
                restartDomain(host, restart, {
                  rulesOfPeer: (peer) => readPeer(trustFolder(host.root), peer),
                }),
            },
          ],
    );
  },
};
