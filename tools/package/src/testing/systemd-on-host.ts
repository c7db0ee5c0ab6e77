import type { LabHost } from '@vm-tools/lab';

const SCRIPT = '/run/lab/systemd.sh';

/**
 * A host of the lab has a shell as process 1, because systemd takes a minute there. This starts systemd in namespaces
 * of its own, as its process 1: it has the files, the Xen and the guests of the host, a /run of its own, and ends with
 * its namespaces, so that the host is as it was.
 */
const START = `set -e
mount --make-rprivate /
mkdir -p /run/lab/outside
mount --rbind /run /run/lab/outside
mount -t tmpfs -o mode=755 tmpfs /mnt
mkdir -p /mnt/xen /mnt/xenstored /mnt/lock
mount --bind /run/xen /mnt/xen
mount --bind /run/xenstored /mnt/xenstored
mount --move /mnt /run
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
  await host.run(
    `setsid unshare --pid --mount --cgroup --fork sh ${SCRIPT} </dev/null >/run/lab/systemd.log 2>&1 &`,
  );
  const limit = { timeoutMs: 300_000 };
  const pid = (await host.run('until pgrep -o -x systemd; do sleep 0.2; done', limit)).trim();
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
      await host.exec(['kill', '-KILL', pid]);
    },
  };
}
