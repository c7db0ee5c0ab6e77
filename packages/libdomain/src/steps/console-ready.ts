import { VmToolsError } from '@vm-tools/errors';
import { domainPath } from '../paths.ts';
import type { Step } from '../step/step.ts';
import type { Made } from './context.ts';

const LIMIT_MS = 10_000;

/** xenconsoled has a terminal for it. Else the first lines of the guest could be lost. */
export const consoleReady: Step<Made> = {
  name: 'console-ready',
  about: () => 'wait until xenconsoled has a terminal for it',
  async run({ domid, host, signal }) {
    const path = `${domainPath(domid)}/console/tty`;
    try {
      await host.store.waitFor(path, async () => (await host.store.read(path)) || undefined, {
        timeoutMs: LIMIT_MS,
        signal,
        what: 'xenconsoled to serve the console',
      });
    } catch (thrown) {
      if (!(thrown instanceof VmToolsError) || thrown.code !== 'XENSTORE_TIMEOUT') throw thrown;
      throw new VmToolsError({
        code: 'DOMAIN_NO_CONSOLE',
        kind: 'timeout',
        message: `xenconsoled did not serve the console within ${LIMIT_MS / 1000} s`,
        hint: 'look whether xenconsoled runs',
        cause: thrown,
      });
    }
    return {};
  },
};
