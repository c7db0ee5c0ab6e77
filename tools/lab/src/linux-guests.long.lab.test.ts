import { expect, test } from '@jest/globals';
import { waitForTicks } from '@vm-tools/cli/testing';
import { describeLab, labHost } from './testing/hosts.ts';

describeLab('Linux', () => {
  test.each(['linux-pvh', 'linux-pv'])('%s counts on after save and restore', async (config) => {
    const host = await labHost();
    const name = `lab-${config}`;
    const words = 'cmdline="console=hvc0 quiet loglevel=3 mitigations=off dirty=16 rate=8"';
    await host.run(['xl', 'create', '-q', `/guests/${config}.cfg`, `name="${name}"`, words]);
    try {
      await host.waitForConsole(name, /^dirty: \d+ pages/m, { timeoutMs: 120_000 });
      await waitForTicks(host, name, 4);
      await host.run(`xl save ${name} /tmp/${name}.img && xl restore /tmp/${name}.img; rm /tmp/${name}.img`);
      await waitForTicks(host, name, 6);
      expect(await host.readConsole(name)).not.toContain('damaged');
      await host.run(`xl shutdown -w ${name}`);
    } finally {
      await host.exec(['xl', 'destroy', name]);
    }
  });
});
