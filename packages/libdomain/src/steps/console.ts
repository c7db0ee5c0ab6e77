import type { Permission } from '@vm-tools/xenstore';
import { removeDeviceNodes } from '../devices/remove-device-nodes.ts';
import { domainPath, libxlPath } from '../paths.ts';
import type { Step } from '../step/step.ts';
import type { Filled, Made, Wired } from './context.ts';

/** Bytes of output that xenconsoled keeps while nobody reads it. */
const BUFFER_LIMIT_BYTES = 1_048_576;

/** The console as xenconsoled and xl look for it: frontend, backend, and the toolstack's copy of the backend. */
export const consoleEntries: Step<Made & Wired & Filled> = {
  name: 'console',
  about: () => 'primary console, served by xenconsoled',
  async run({ domid, ports, frames, host, signal }) {
    const { frontend, backend, toolstack } = consolePaths(domid, ports.consoleDomid);
    // The frontend is the backend's, not the guest's: xenconsoled trusts what stands there.
    const owned: Permission[] = [
      { domid: ports.consoleDomid, access: 'none' },
      { domid, access: 'read' },
    ];
    const guestOwned: Permission[] = [
      { domid, access: 'none' },
      { domid: ports.consoleDomid, access: 'read' },
    ];
    const backendEntries = {
      'frontend-id': `${domid}`,
      online: '1',
      state: '1',
      protocol: 'vt100',
    };
    const frontendEntries = {
      limit: `${BUFFER_LIMIT_BYTES}`,
      type: 'xenconsoled',
      output: 'pty',
      tty: '',
      port: `${ports.consolePort}`,
      'ring-ref': `${frames.consoleFrame}`,
    };
    await host.store.transaction(
      async (tx) => {
        for (const path of [toolstack, frontend, backend]) await tx.rm(path);
        await tx.write(`${toolstack}/frontend`, frontend);
        await tx.write(`${toolstack}/backend`, backend);
        for (const path of [frontend, backend]) {
          await tx.mkdir(path);
          await tx.setPermissions(path, owned);
        }
        await tx.write(`${frontend}/backend`, backend);
        await tx.write(`${frontend}/backend-id`, `${ports.consoleDomid}`);
        await tx.setPermissions(`${frontend}/backend-id`, guestOwned);
        for (const [name, value] of Object.entries(frontendEntries))
          await tx.write(`${frontend}/${name}`, value);
        await tx.write(`${backend}/frontend`, frontend);
        for (const [name, value] of Object.entries(backendEntries)) {
          await tx.write(`${backend}/${name}`, value);
          await tx.write(`${toolstack}/${name}`, value);
        }
      },
      { signal },
    );
    return {};
  },
  undo: ({ domid, ports, host }) =>
    host.store.transaction((tx) => removeDeviceNodes(tx, consolePaths(domid, ports.consoleDomid))),
  leaves: ({ domid, ports }) => consolePaths(domid, ports.consoleDomid).backend,
};

function consolePaths(
  domid: number,
  consoleDomid: number,
): { frontend: string; backend: string; toolstack: string } {
  return {
    frontend: `${domainPath(domid)}/console`,
    backend: `${domainPath(consoleDomid)}/backend/console/${domid}/0`,
    toolstack: `${libxlPath(domid)}/device/console/0`,
  };
}
