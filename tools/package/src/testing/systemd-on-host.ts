import type { LabHost } from '@vm-tools/lab';
import { text } from 'node:stream/consumers';

const SCRIPT = '/run/lab/systemd.sh';

/**
 * A host of the lab has a shell as process 1, because systemd takes a minute there. This starts systemd in namespaces
 * of its own, as its process 1: it has the files, the Xen and the guests of the host, a /run and a
 * /tmp of its own, and ends with
 * its namespaces, so that the host is as it was.
 */
const START = `set -e
mount --make-rprivate /
mount --rbind /run /mnt
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/xen /run/xenstored /run/lock
mount --bind /mnt/xen /run/xen
mount --bind /mnt/xenstored /run/xenstored
mount -t tmpfs tmpfs /tmp
mount -t proc proc /proc
mount -t xenfs xenfs /proc/xen
mount -t cgroup2 cgroup2 /sys/fs/cgroup
container=vm-tools-test exec /lib/systemd/systemd --unit=basic.target
`;

/** Commands of a host that see a systemd. */
export interface SystemdHost extends AsyncDisposable {
  /** The same host, whose commands run beside that systemd. */
  readonly host: LabHost;
}

export async function startSystemd(host: LabHost): Promise<SystemdHost> {
  await host.run(`cat >${SCRIPT} <<'END'\n${START}END`);
  const namespaces = ['--pid', '--mount', '--cgroup', '--fork', '--kill-child'];
  const systemd = host.spawn(['unshare', ...namespaces, 'sh', SCRIPT]);
  const said = text(systemd.stderr);
  const limit = { timeoutMs: 300_000 };
  const pid = await Promise.race([
    host.run('until pgrep -o -x systemd; do sleep 0.2; done', limit).then((found) => found.trim()),
    systemd.exited.then(async (status) => {
      throw new Error(`systemd ends with status ${status}: ${await said}`);
    }),
  ]);
  const within = (command: string | readonly string[]): string[] => {
    const words = typeof command === 'string' ? ['sh', '-c', command] : command;
    return ['nsenter', '--target', pid, '--all', '--', ...words];
  };
  const inside: LabHost = {
    ...host,
    exec: (command, options) => host.exec(within(command), options),
    run: (command, options) => host.run(within(command), options),
    spawn: (command, options) => host.spawn(within(command), options),
  };
  // It says "degraded" where a unit has failed that the lab has no use for.
  await inside.run('until systemctl is-active --quiet basic.target; do sleep 0.2; done', limit);
  return {
    host: inside,
    async [Symbol.asyncDispose]() {
      await systemd.kill('SIGKILL');
      await systemd.exited;
    },
  };
}
