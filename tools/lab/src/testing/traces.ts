import type { LabHost } from '../host/lab-host.ts';

/**
 * All that an action could leave behind on a host, as text, so that two moments can be compared: xenstore, domains
 * (dying ones too), libxl's userdata, files and folders aside, what devices take (loop devices, ports of bridges, qemu and its
 * sockets), helper processes.
 */
export function traces(host: LabHost): Promise<string> {
  return host.run(
    [
      'echo "[xenstore]"; xenstore-ls -f | sort',
      'echo "[domains]"; xl list | awk \'{ print $1, $2, $3 }\'',
      'echo "[userdata]"; ls -A /var/lib/xen | grep -E "userdata|bootloader"',
      'echo "[partial files]"; find /tmp /var/lib/vm-tools -name "*partial*" 2>/dev/null',
      'echo "[loop devices]"; losetup -a | sort',
      'echo "[bridge ports]"; ls -d /sys/class/net/*/brif/*',
      'echo "[qemu]"; ps -eo args | grep "[q]emu-system"; ls /run/xen | grep ^qmp-',
      // That of a daemon waits some seconds for more work.
      'for i in $(seq 70); do helpers=$(ps -eo args | grep "[x]c-helper") || break; sleep 0.1; done',
      'echo "[helpers] $helpers"',
    ].join('\n'),
  );
}

/** MiB that Xen could still give to domains, as `xl info` says. */
export async function freeMemoryMib(host: LabHost): Promise<number> {
  const info = await host.run('xl info');
  return Number(/^free_memory\s*:\s*(\d+)/m.exec(info)?.[1]);
}
