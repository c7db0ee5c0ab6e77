import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { LabHost } from '@vm-tools/lab';
import { describeLab, labHost, result, ticks, waitForTicks } from '@vm-tools/lab/testing';
import { patient } from '@vm-tools/ratelimit/testing';
import { bareHost, type BareHost } from './testing/bare-host.ts';
import { startSystemd } from './testing/systemd-on-host.ts';

const LIMIT_MS = patient(1_800_000);
const slow = { timeoutMs: 900_000 };

const INSTALL = 'DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install';

/** All that could be left of the packages, processes too. */
const LEFTOVERS = [
  'find /etc/vm-tools /usr/lib/vm-tools /var/lib/vm-tools /var/cache/vm-tools /var/log/vm-tools /run/vm-tools',
  'find /usr/bin /etc /usr/lib/systemd /usr/lib/tmpfiles.d /usr/lib/sysusers.d /var/lib/systemd /usr/share/doc' +
    ' \\( -name "vm-[a-z]*" -o -name "xfrd*" -o -name "vm-monitor*" \\)',
  'ps -eo args | grep "[/]usr/lib/vm-tools/"',
  'dpkg-query --show --showformat="\\${Package} \\${Status}\\n" "vm-tools*"',
].join('; ');

describeLab('packages on a host that has nothing of vm-tools', () => {
  let a: LabHost;
  let bare: BareHost;

  beforeAll(async () => {
    a = await labHost();
    bare = await bareHost(a, [1, 2]);
  }, LIMIT_MS);
  beforeEach(() => bare.purge());
  afterAll(async () => {
    await bare[Symbol.asyncDispose]();
  }, LIMIT_MS);

  /** Installs a revision, by files alone: the host has no network. */
  const install = (host: LabHost, revision: number): Promise<string> =>
    host.run(
      `cd ${bare.packages}/${revision} && ${INSTALL} ./vm-tools_*.deb ./vm-tools-node_*.deb ./vm-tools-sim_*.deb 2>&1`,
      slow,
    );
  const state = async (host: LabHost, ...units: string[]): Promise<string[]> =>
    (await host.exec(['systemctl', 'is-active', ...units])).stdout.trim().split('\n');
  const pidOf = (host: LabHost, unit: string): Promise<string> =>
    host.run(['systemctl', 'show', '--property=MainPID', '--value', unit]);

  async function createGuest(host: LabHost): Promise<number> {
    const from = (await host.readConsole('apt-polite')).length; // a test that is run again finds the console of before
    const { domid } = await result(host, 'vm-create /guests/polite.cfg name=apt-polite');
    await host.waitForConsole('apt-polite', /^tick 3 /m, { timeoutMs: 120_000, from });
    return domid;
  }

  /** The guest has not been touched: it is the same domain, and goes on counting. */
  async function expectRunning(host: LabHost, domid: number): Promise<void> {
    expect(await host.run('xl domid apt-polite')).toBe(`${domid}\n`);
    await waitForTicks(host, 'apt-polite');
  }

  async function removeAndPurge(host: LabHost): Promise<void> {
    await host.run('apt-get -q -y remove vm-tools vm-tools-node 2>&1', slow);
    expect(await host.run('ls -d /etc/vm-tools/identity.key /var/lib/vm-tools')).not.toBe('');
    expect((await host.exec('ps -eo args | grep "[/]usr/lib/vm-tools/"')).stdout).toBe('');
    await host.run('dpkg --purge vm-tools-sim vm-tools vm-tools-node 2>&1', slow);
    expect((await host.exec(LEFTOVERS)).stdout).toBe('');
  }

  test(
    'with systemd: installed, upgraded, removed and purged while a guest runs',
    async () => {
      await using systemd = await startSystemd(a);
      const { host } = systemd;
      await install(host, 1);
      expect(await host.run('readlink -f "$(command -v vm-list)"')).toBe('/usr/lib/vm-tools/bin/vm-list\n');
      expect(await host.run('vm-list --names')).not.toContain('apt-polite');
      expect(await host.run('stat -c "%a %U %n" /etc/vm-tools /etc/vm-tools/peers /var/lib/vm-tools')).toBe(
        '755 root /etc/vm-tools\n700 root /etc/vm-tools/peers\n700 root /var/lib/vm-tools\n',
      );
      const units = ['vm-monitor.service', 'vm-tools-guests.service', 'xfrd.service', 'xfrd.socket'];
      expect((await host.exec(['systemctl', 'is-enabled', ...units])).stdout).toBe(
        'enabled\nenabled\nenabled\ndisabled\n',
      );
      // Without an identity there is nothing that xfrd could do, and nothing has failed.
      expect(await state(host, ...units)).toEqual(['active', 'active', 'inactive', 'inactive']);

      await host.run('xfrd init && systemctl enable --now xfrd.socket && systemctl start xfrd.service', slow);
      expect(await state(host, ...units)).toEqual(['active', 'active', 'active', 'active']);
      expect(await host.run('ps -eo user,args | grep "[x]frd-receiver"')).toMatch(/^_xfrd /);

      await host.run('systemctl start vm-events.service', slow);
      const domid = await createGuest(host);
      const events = 'journalctl --quiet --output=cat VM_DOMAIN=apt-polite VM_EVENT=started';
      await host.run(`until ${events} | grep "^apt-polite (${domid}) "; do sleep 0.5; done`, slow);
      const pids = await Promise.all(['xfrd.service', 'vm-monitor.service'].map((unit) => pidOf(host, unit)));
      const before = await ticks(host, 'apt-polite');
      await install(host, 2);
      expect(await host.run(['dpkg-query', '--show', '--showformat=${Version}', 'vm-tools'])).toMatch(/-2$/);
      await expectRunning(host, domid);
      expect(await ticks(host, 'apt-polite')).toBeGreaterThan(before);
      expect(await state(host, ...units)).toEqual(['active', 'active', 'active', 'active']);
      expect(await pidOf(host, 'xfrd.service')).not.toBe(pids[0]);
      expect(await pidOf(host, 'vm-monitor.service')).not.toBe(pids[1]);

      await removeAndPurge(host);
      await expectRunning(host, domid);
    },
    LIMIT_MS,
  );

  test(
    'without systemd: the same, and the vm-monitor that a tool has started ends with the package',
    async () => {
      await install(a, 1);
      await a.run('xfrd init');
      const domid = await createGuest(a);
      expect(await a.run('pgrep -f /usr/lib/vm-tools/.*vm-monitor')).not.toBe('');
      await install(a, 2);
      await expectRunning(a, domid);
      await removeAndPurge(a);
      await expectRunning(a, domid);
    },
    LIMIT_MS,
  );
});
