import type { LabHost } from '@vm-tools/lab';
import type { StageHost } from '../stage.ts';

/** dom0 of a Xen host, where commands are typed as root. */
export function stageHost(host: LabHost): StageHost {
  return {
    name: host.name,
    logs: host.logs,
    line: (command) => `${host.name}# ${command}`,
    async type(command) {
      // pipefail keeps the status of the command.
      const status = await host.interact(`bash -o pipefail -c '${command} | tee /run/lab/said'`);
      return { status, stdout: status === 0 ? await host.run('cat /run/lab/said') : '' };
    },
    readConsole: (guest) => host.readConsole(guest),
  };
}
