import { expect } from '@jest/globals';
import { createGuest } from '@vm-tools/libdomain/testing';
import { trustEachOther } from '@vm-tools/trust/testing';
import {
  failure,
  leaveFree,
  startTestHost,
  startXfrd,
  testOnHost,
  testOnTwoHosts,
  unchanged,
  until,
  type PrintedError,
  type TestHost,
} from '@vm-tools/xen-sim/testing';

interface PrintedCheck {
  readonly side: 'source' | 'target';
  readonly name: string;
  readonly ok: boolean;
  readonly note?: string;
  readonly error?: PrintedError;
}

const NAMES = [
  ...['savable', 'live', 'suspend', 'offer', 'transfer'],
  ...[
    'peer',
    'protocol',
    'place',
    'host-open',
    'xen-version',
    'type',
    'config',
    'kernel',
    'disks',
    'networks',
    'folders',
    'channels',
    'device-model',
    'vcpus',
    'cpu-policy',
    'memory',
    'name',
    'uuid',
  ],
];

/** A guest that has told what it can. */
async function guest(host: TestHost, name = 'web1', ...more: string[]): Promise<number> {
  const { domid } = await createGuest(host, name, ...more);
  const path = `/local/domain/${domid}/control/feature-suspend`;
  await until(async () => (await host.simulated.store.read(path)) === '1', 'the guest to say what it can');
  return domid;
}

/** Looks, by which neither host is changed. */
async function look(a: TestHost, b: TestHost, line: string) {
  const { code, stdout } = await unchanged(b, () => unchanged(a, () => a.exec(`${line} --json`)));
  const checks = JSON.parse(stdout) as PrintedCheck[];
  const failed = checks.filter(({ ok }) => !ok).map(({ name, error }) => [name, error?.code]);
  return { status: code, checks, failed };
}

testOnTwoHosts('all is well: a list, for people and for programs', async (a, b) => {
  await guest(a);
  await using xfrd = await startXfrd(b);
  const line = `vm-migrate web1 ${xfrd.endpoint} --check`;
  const { status, checks, failed } = await look(a, b, line);
  expect({ status, failed }).toEqual({ status: 0, failed: [] });
  expect(checks.map(({ name }) => name)).toEqual(NAMES);
  expect(checks[0]).toEqual({ side: 'source', name: 'savable', ok: true });
  const plain = await a.exec(line);
  expect(plain).toMatchObject({ code: 0, stderr: '' });
  const lines = plain.stdout.trimEnd().split('\n');
  expect(lines).toHaveLength(NAMES.length);
  expect(lines[0]).toBe('✔ here   savable');
  expect(lines.at(-1)).toBe('✔ there  uuid');
  // Its places and its promises are free: the real one comes through.
  await a.run(`vm-migrate web1 ${xfrd.endpoint}`);
});

testOnTwoHosts('all that is wrong is told at once, and the first gives the status', async (a, b) => {
  await guest(a);
  await guest(b);
  await leaveFree(b, 2);
  await using xfrd = await startXfrd(b);
  const line = `vm-migrate web1 ${xfrd.endpoint}`;
  const { status, failed } = await look(a, b, `${line} --check`);
  expect(status).toBe(5);
  expect(failed).toEqual([
    ['memory', 'DOMAIN_NO_MEMORY'],
    ['name', 'DOMAIN_NAME_TAKEN'],
  ]);
  const plain = await a.exec(`${line} --check`);
  expect(plain.code).toBe(5);
  expect(plain.stdout).toMatch(/✘ there {2}memory .*needs.* \[DOMAIN_NO_MEMORY\]; free memory/);
  const refused = await failure(a, line);
  expect(refused).toMatchObject({ status: 5, error: { code: 'XFR_PEER_REJECTED' } });
  expect(refused.error.message).toMatch(/needs.*; a domain called web1/);
});

testOnHost('an old Xen and a processor that lacks something', async (a) => {
  await using b = await startTestHost({
    name: 'b',
    xenVersion: { major: 4, minor: 16, extra: '.5' },
    withoutCpuFeatures: ['aesni'],
  });
  await guest(a);
  await using xfrd = await startXfrd(b);
  const { status, failed } = await look(a, b, `vm-migrate web1 ${xfrd.endpoint} --check`);
  expect(status).toBe(6);
  expect(failed).toEqual([
    ['xen-version', 'DOMAIN_XEN_OLDER'],
    ['cpu-policy', 'DOMAIN_CPU_INCOMPATIBLE'],
  ]);
});

testOnHost('a newer Xen: it can go there, and not come back', async (a) => {
  await using b = await startTestHost({ name: 'b', xenVersion: { major: 4, minor: 20, extra: '.4' } });
  await guest(a);
  await using xfrd = await startXfrd(b);
  const line = `vm-migrate web1 ${xfrd.endpoint} --check`;
  const { failed, checks } = await look(a, b, line);
  expect(failed).toEqual([]);
  const note = 'Xen here is newer (4.20): it cannot move back to Xen 4.17';
  expect(checks.filter((check) => check.note !== undefined)).toEqual([
    { side: 'target', name: 'xen-version', ok: true, note },
  ]);
  expect((await a.exec(line)).stdout).toMatch(/✔ there {2}xen-version +Xen here is newer/);
  await a.run(`vm-migrate web1 ${xfrd.endpoint}`);
  await using back = await startXfrd(a);
  expect(await failure(b, `vm-migrate web1 ${back.endpoint}`)).toMatchObject({
    error: { code: 'XFR_PEER_REJECTED', message: expect.stringContaining('Xen 4.17.7') },
  });
});

testOnTwoHosts('what cannot leave is not offered', async (a, b) => {
  await guest(a, 'pv', 'type=pv');
  await guest(a, 'web1');
  await a.run('vm-pause web1');
  await using xfrd = await startXfrd(b);
  const there = `${xfrd.endpoint} --check`;
  expect(await look(a, b, `vm-migrate pv ${there} --on-no-convergence abort`)).toMatchObject({
    status: 2,
    failed: [['live', 'DOMAIN_NOT_LIVE']],
  });
  const { checks, status } = await look(a, b, `vm-migrate web1 ${there}`);
  expect(status).toBe(2);
  expect(checks.filter(({ ok }) => !ok)).toMatchObject([
    { name: 'savable', error: { code: 'DOMAIN_PAUSED' } },
  ]);
  expect(checks.every(({ side }) => side === 'source')).toBe(true);
});

testOnTwoHosts('a peer that is not allowed learns that, and nothing else', async (a, b) => {
  await trustEachOther(a.simulated, b.simulated);
  await guest(a);
  await using xfrd = await startXfrd(b, '', 'tls');
  const line = `vm-migrate web1 ${xfrd.endpoint} --check`;
  expect((await look(a, b, line)).checks.map(({ name }) => name)).toContain('allowed');
  await b.run("xfrd trust a --allow-names 'db*'");
  const { status, checks } = await look(a, b, line);
  expect(status).toBe(6);
  expect(checks.filter(({ side }) => side === 'target')).toMatchObject([
    { name: 'peer', ok: true },
    { name: 'protocol', ok: true },
    { name: 'allowed', ok: false, error: { code: 'XFR_PEER_NOT_ALLOWED' } },
  ]);
  await b.run('xfrd forget a');
  const unknown = await look(a, b, line);
  expect(unknown.status).toBe(6);
  expect(unknown.failed).toHaveLength(1);
});

testOnHost('rates are read before a peer is called', async (a) => {
  await guest(a);
  for (const option of ['--bwlimit=-1M', '--bwlimit zzz', '--stop-and-copy-bwlimit fast'])
    expect(await failure(a, `vm-migrate web1 c.example --check ${option}`)).toMatchObject({
      status: 2,
      error: { code: 'RATE_SYNTAX' },
    });
});

testOnHost('this host is told as that where no xfrd listens, too', async (a) => {
  await guest(a);
  await a.run('xfrd init --name a');
  // Of the loopback network nothing else listens there.
  const error = await failure(a, 'vm-migrate web1 127.47.1.2');
  expect(error).toMatchObject({ status: 2, error: { code: 'XFR_SAME_HOST' } });
  expect(error.error.message).toMatch(/^127\.47\.1\.2 is this very host: cannot connect .*ECONNREFUSED/);
  const elsewhere = await failure(a, 'vm-migrate web1 127.47.1.2:8999');
  expect(elsewhere).toMatchObject({ status: 6, error: { code: 'XFR_UNREACHABLE' } });
});

testOnHost(
  'a host that calls itself says so, by its key and without one, before anything is looked at',
  async (a) => {
    await guest(a);
    await a.run('xfrd init --name a');
    for (const transport of ['tls', 'tcp'] as const) {
      await using xfrd = await startXfrd(a, '', transport);
      const line = `vm-migrate web1 ${xfrd.endpoint}${transport === 'tcp' ? ' --insecure' : ''}`;
      const { status, failed } = await look(a, a, `${line} --check`);
      expect([status, failed]).toEqual([2, [[transport === 'tls' ? 'peer' : 'host', 'XFR_SAME_HOST']]]);
      const { status: moved, error } = await failure(a, line);
      expect([moved, error.code, error.guest?.state]).toEqual([
        2,
        'XFR_SAME_HOST',
        'still running on the source',
      ]);
      expect(error.hint).toContain('xfrd peers');
    }
  },
);
