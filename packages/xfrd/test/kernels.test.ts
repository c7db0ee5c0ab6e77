import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { createGuest } from '@vm-tools/libdomain/testing';
import { trustEachOther } from '@vm-tools/trust/testing';
import {
  failure,
  listed,
  result,
  startXfrd,
  testOnHost,
  testOnTwoHosts,
  unchanged,
  unchangedInTheEnd,
  until,
  waitForTicks,
  type TestHost,
} from '@vm-tools/xen-sim/testing';

/** Makes the configuration of a domain name this file as its ramdisk, as only root of the host can. */
async function plantRamdisk(
  { simulated }: TestHost,
  domid: number,
  uuid: string,
  path: string,
): Promise<void> {
  const kept = join(simulated.root, `var/lib/xen/userdata-d.${domid}.${uuid}.libxl-json`);
  const { kernel } = simulated;
  const config = {
    c_info: { type: 'pvh', name: 'web1', uuid },
    b_info: { max_memkb: 4096, target_memkb: 4096, kernel, ramdisk: path, 'type.pvh': {} },
    on_reboot: 'restart',
  };
  await writeFile(kept, `${JSON.stringify(config)}\0`);
}

const keyOf = ({ simulated }: TestHost): string => join(simulated.root, 'etc/vm-tools/identity.key');

testOnTwoHosts('a peer that names a file of the host is refused before the first page', async (a, b) => {
  await trustEachOther(a.simulated, b.simulated);
  const { domid, uuid } = await createGuest(a, 'web1', 'type=pvh');
  await plantRamdisk(a, domid, uuid, keyOf(b));
  await using xfrd = await startXfrd(b, '', 'tls');
  const line = `vm-migrate web1 ${xfrd.endpoint}`;
  const message = expect.stringContaining(`the ramdisk ${keyOf(b)} of web1 may not be taken from there`);

  const look = await unchanged(b, () => a.exec(`${line} --check --json`));
  expect(look.code).toBe(2);
  const checks = JSON.parse(look.stdout) as { name: string; ok: boolean }[];
  expect(checks.filter(({ ok }) => !ok)).toMatchObject([
    { name: 'kernel', error: { code: 'DOMAIN_FILE_NOT_ALLOWED', message } },
  ]);
  const refused = await unchangedInTheEnd(b, () => unchanged(a, () => failure(a, line)));
  expect(refused).toMatchObject({
    status: 2,
    error: { code: 'XFR_PEER_REJECTED', message, details: { remoteCode: 'DOMAIN_FILE_NOT_ALLOWED' } },
  });
  await waitForTicks(a, 'web1');
});

testOnTwoHosts('kernels are taken from where the operator allows it, for each peer', async (a, b) => {
  await trustEachOther(a.simulated, b.simulated);
  await createGuest(a, 'web1');
  await using xfrd = await startXfrd(b, '', 'tls');
  const line = `vm-migrate web1 ${xfrd.endpoint}`;
  const code = async (): Promise<unknown> => (await failure(a, line)).error.details?.['remoteCode'];

  await b.run('xfrd trust a --allow-kernels /boot/guests,/srv/kernels');
  expect(await b.run('xfrd peers')).toContain('kernels from /boot/guests /srv/kernels');
  expect(await code()).toBe('DOMAIN_FILE_NOT_ALLOWED');
  await b.run('xfrd trust a --require-kernels no');
  expect(await b.run('xfrd peers')).toContain('without a kernel here');
  expect(await result(a, `${line} --check`)).toContainEqual({ side: 'target', name: 'kernel', ok: true });
  await b.run('xfrd trust a --require-kernels yes');
  await rm(join(b.simulated.root, 'etc/vm-tools/places.json'));
  expect(await code()).toBe('DOMAIN_FILE_NOT_ALLOWED'); // what holds without a word of the operator
  await writeFile(join(b.simulated.root, 'etc/vm-tools/places.json'), '{"kernels": "/boot"}');
  await b.run(`xfrd trust a --allow-kernels ${join(a.simulated.kernel, '..')}`);
  expect(await code()).toBe('DOMAIN_PLACES_FILE');
  await rm(join(b.simulated.root, 'etc/vm-tools/places.json'));
  await result(a, line);
  await waitForTicks(b, 'web1');
  const { domid } = await listed(b, 'web1');
  expect(await b.simulated.store.read(`/libxl/${domid}/vm-tools/origin`)).toBe('{"from":"peer","peer":"a"}');
});

testOnHost(
  'one that is there already is not restarted with such a file, and keeps its configuration',
  async (host) => {
    await writeFile(keyOf(host), 'secret', { mode: 0o600 });
    const { domid, uuid } = await createGuest(host, 'web1', 'type=pvh');
    await plantRamdisk(host, domid, uuid, keyOf(host));
    await host.simulated.store.write(`/libxl/${domid}/vm-tools/origin`, '{"from":"peer","peer":"a"}');
    const refused = await failure(host, 'vm-reboot web1');
    expect(refused).toMatchObject({ status: 2, error: { code: 'DOMAIN_FILE_NOT_ALLOWED' } });
    await waitForTicks(host, 'web1');

    const monitor = host.spawn('exec vm-monitor --foreground --json');
    let log = '';
    monitor.stderr.setEncoding('utf8').on('data', (chunk: string) => (log += chunk));
    host.simulated.machine.guestShutdown(domid, 'reboot');
    await until(() => log.includes('DOMAIN_FILE_NOT_ALLOWED'));
    expect(await listed(host, 'web1')).toMatchObject({ domid, uuid, state: 'shutdown' });
    expect((await host.exec('vm-list')).stderr).toContain('vm-create --from-pending web1');

    // The operator vouches for it.
    await host.simulated.store.rm(`/libxl/${domid}/vm-tools/origin`);
    await plantRamdisk(host, domid, uuid, host.simulated.kernel);
    await result(host, 'vm-create polite.cfg name=bell');
    await result(host, 'vm-destroy bell'); // whenever a domain has gone the monitor looks again
    // Between its end and its next beginning there is no such domain.
    const now = (): Promise<{ domid: number } | undefined> => listed(host, 'web1').catch(() => undefined);
    await until(async () => ((await now())?.domid ?? 0) > domid);
    await monitor.kill('SIGTERM');
    await monitor.exited;
  },
  { monitor: true },
);

testOnHost(
  'an image of this host is restored and restarted without ceremony, one from elsewhere is not',
  async (host) => {
    const { uuid } = await createGuest(host, 'web1');
    await rm(join(host.simulated.root, 'etc/vm-tools/places.json'));
    await result(host, 'vm-save web1 -o web1.img');
    const own = await result(host, 'vm-restore web1.img');
    expect(await host.simulated.store.read(`/libxl/${own.domid}/vm-tools/origin`)).toBeUndefined();
    await result(host, 'vm-destroy web1');

    await writeFile(join(host.simulated.root, 'var/lib/vm-tools/image.key'), 'that of another host');
    await result(host, 'vm-restore web1.img');
    expect((await failure(host, 'vm-reboot web1')).error).toMatchObject({
      code: 'DOMAIN_FILE_NOT_ALLOWED',
      guest: { uuid },
    });
    await result(host, 'vm-destroy web1');
    const folder = join(host.simulated.kernel, '..');
    await result(host, `vm-restore web1.img --allow-kernels ${folder}`);
    await waitForTicks(host, 'web1');
    await result(host, 'vm-reboot web1');
  },
);

testOnHost(
  'an image from elsewhere joins no bridge, and has no disk, that is not allowed to it',
  async (host) => {
    const { domid, uuid } = await createGuest(host, 'web1', 'type=pvh');
    const kept = join(host.simulated.root, `var/lib/xen/userdata-d.${domid}.${uuid}.libxl-json`);
    const config = JSON.parse((await readFile(kept, 'utf8')).replace(/\0$/, '')) as object;
    const nics = [{ devid: 0, mac: '00:16:3e:00:00:01', bridge: 'br7' }];
    await writeFile(kept, `${JSON.stringify({ ...config, nics })}\0`);
    // As a network device of another toolstack stands there.
    for (const end of ['frontend', 'backend'])
      await host.simulated.store.write(
        `/libxl/${domid}/device/vif/0/${end}`,
        `/local/domain/0/${end}/vif/${domid}/0`,
      );
    await result(host, 'vm-save web1 -o web1.img');
    await writeFile(join(host.simulated.root, 'var/lib/vm-tools/image.key'), 'that of another host');
    for (const allowed of ['', '--allow-bridges br1', '--allow-disks /'])
      expect((await failure(host, `vm-restore web1.img ${allowed}`)).error).toMatchObject({
        code: 'DOMAIN_DEVICE_NOT_ALLOWED',
        details: { rule: 'bridges', value: 'br7' },
      });
  },
);
