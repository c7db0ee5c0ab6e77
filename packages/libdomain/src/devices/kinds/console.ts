import { VmToolsError } from '@vm-tools/errors';
import { domainPath } from '../../paths.ts';
import type { DeviceKind, PlannedDevice, Readiness } from '../kind.ts';
import { removeSocket } from '../remove-socket.ts';

/** Bytes of output that are kept while no reader is connected. */
export const BUFFER_LIMIT_BYTES = 1_048_576;
/** What the bytes of a console mean. */
export const CONSOLE_PROTOCOL = 'vt100';
const TERMINAL_LIMIT_MS = 10_000;

/** The console as xenconsoled and xl look for it. */
const PRIMARY: PlannedDevice = {
  id: '0',
  name: 'console',
  about: 'primary console, served by xenconsoled',
  nodes: ({ domid, ports, frames }) => ({
    frontendPath: `${domainPath(domid)}/console`,
    // Not the guest's: xenconsoled trusts these nodes.
    frontendOwner: 'backend',
    frontend: {},
    readOnly: {
      limit: `${BUFFER_LIMIT_BYTES}`,
      type: 'xenconsoled',
      output: 'pty',
      tty: '',
      port: `${ports.consolePort}`,
      'ring-ref': `${frames.consoleFrame}`,
    },
    backendKind: 'console',
    backend: { protocol: CONSOLE_PROTOCOL },
  }),
};

/** xenconsoled has a terminal for it. Else the first lines of the guest could be lost. */
const TERMINAL: Readiness = {
  about: 'wait until xenconsoled has a terminal for it',
  async wait({ store }, domid, signal) {
    const path = `${domainPath(domid)}/console/tty`;
    try {
      await store.waitFor(path, async () => (await store.read(path)) || undefined, {
        timeoutMs: TERMINAL_LIMIT_MS,
        signal,
        what: 'xenconsoled to serve the console',
      });
    } catch (thrown) {
      if (!(thrown instanceof VmToolsError) || thrown.code !== 'XENSTORE_TIMEOUT') throw thrown;
      throw new VmToolsError({
        code: 'DOMAIN_NO_CONSOLE',
        kind: 'timeout',
        message: `xenconsoled did not serve the console within ${TERMINAL_LIMIT_MS / 1000} s`,
        hint: 'look whether xenconsoled runs',
        cause: thrown,
      });
    }
  },
};

/** Each domain has one. xenconsoled finds it by itself, and has no state for it: it looks at the domain. */
export const CONSOLE: DeviceKind = {
  name: 'console',
  of: () => [PRIMARY],
  saved: 'nothing',
  ready: TERMINAL,
  // Found by its name alone, it may be a channel.
  unplug: removeSocket,
};
