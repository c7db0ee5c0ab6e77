import { afterEach, beforeAll, expect, test } from '@jest/globals';
import type { LabHost } from './host/lab-host.ts';
import { describeLab, labHost } from './testing/hosts.ts';
import { ticks, waitForTick, waitForTicks } from '@vm-tools/cli/testing';

let host: LabHost;
const created = new Set<string>();

beforeAll(async () => {
  if (process.env['VM_TOOLS_TEST_LAB_SKIPPED'] === undefined) host = await labHost();
});

afterEach(async () => {
  for (const name of created) await host.exec(['xl', 'destroy', name]);
  created.clear();
});

/** A domain of its own name, because the console's log of a host is kept by name. */
async function create(config: string, name: string, ...settings: string[]): Promise<void> {
  created.add(name);
  await host.run(['xl', 'create', '-q', `/guests/${config}.cfg`, `name="${name}"`, ...settings]);
}

async function state(name: string): Promise<string> {
  const list = await host.run(['xl', 'list', name]);
  return list.trim().split(/\s+/).at(-2) ?? '';
}

describeLab('polite', () => {
  test('counts on after save and restore, with its own clock', async () => {
    await create('polite', 'lab-saved');
    await waitForTick(host, 'lab-saved', 3);
    await host.run('xl save lab-saved /tmp/lab-saved.img');
    const saved = await ticks(host, 'lab-saved');
    await host.run('xl restore /tmp/lab-saved.img; rm /tmp/lab-saved.img');
    await host.waitForConsole('lab-saved', /polite: resumed in a new domain/);
    const [, before, after] = await host.waitForConsole(
      'lab-saved',
      new RegExp(`^tick ${saved} t=(\\d+)[^]*^tick ${saved + 1} t=(\\d+)`, 'm'),
    );
    expect(Number(after) - Number(before)).toBeLessThan(2000);
  });

  test('counts on when it was saved and left running', async () => {
    await create('polite', 'lab-checkpoint');
    await waitForTick(host, 'lab-checkpoint', 2);
    await host.run('xl save -c lab-checkpoint /tmp/lab-checkpoint.img; rm /tmp/lab-checkpoint.img');
    await host.waitForConsole('lab-checkpoint', /polite: suspend cancelled/);
    await waitForTicks(host, 'lab-checkpoint');
  });

  test('finds its working set unharmed after save and restore', async () => {
    await create('polite', 'lab-load', 'memory=32', 'cmdline="dirty=16 rate=16"');
    await waitForTick(host, 'lab-load', 4);
    await host.run(
      'xl save lab-load /tmp/lab-load.img && xl restore /tmp/lab-load.img; rm /tmp/lab-load.img',
    );
    await waitForTicks(host, 'lab-load', 4);
    expect(await host.readConsole('lab-load')).not.toContain('damaged');
  });

  test('powers off when asked', async () => {
    await create('polite', 'lab-off', 'on_poweroff="preserve"');
    await waitForTick(host, 'lab-off', 1);
    await host.run('xl shutdown -w lab-off');
    expect(await state('lab-off')).toMatch(/s/);
  });

  test('ends itself as its command line says', async () => {
    await create('polite', 'lab-crash', 'cmdline="exit=crash after=2"', 'on_crash="preserve"');
    await waitForTick(host, 'lab-crash', 2);
    await host.run('until xl list lab-crash | grep -q -- --sc-; do sleep 0.1; done', { timeoutMs: 10_000 });
  });
});

describeLab('rude', () => {
  test('does not hear that it shall suspend', async () => {
    await create('rude', 'lab-rude');
    await waitForTick(host, 'lab-rude', 1);
    const domid = (await host.run('xl domid lab-rude')).trim();
    await host.run(`xenstore-write /local/domain/${domid}/control/shutdown suspend`);
    await waitForTicks(host, 'lab-rude', 3);
    expect((await host.run(`xenstore-read /local/domain/${domid}/control/shutdown`)).trim()).toBe('suspend');
  });
});
