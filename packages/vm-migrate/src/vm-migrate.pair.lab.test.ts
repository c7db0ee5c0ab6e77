import { afterEach, beforeAll, expect, test } from '@jest/globals';
import type { LabHost } from '@vm-tools/lab';
import {
  describeLab,
  interrupt,
  labHosts,
  listed,
  peakMemory,
  result,
  startXfrd,
  ticks,
  traces,
  waitForTick,
  waitForTicks,
} from '@vm-tools/lab/testing';

/** The link between the hosts is theirs alone; what TLS costs there is for the test that is about it. */
const peer = 'tcp://b:8002 --insecure';

describeLab('vm-migrate between two real Xen hosts', () => {
  let a: LabHost;
  let b: LabHost;
  let before: readonly string[];

  beforeAll(async () => {
    ({ a, b } = await labHosts());
    before = [await traces(a), await traces(b)];
  });

  afterEach(async () => {
    expect([await traces(a), await traces(b)]).toEqual(before);
  });

  test.each([
    ['polite', 'live'],
    ['linux-pvh', 'live'],
    ['linux-pv', 'non-live'],
  ])('%s moves (%s) and goes on counting', async (guest, how) => {
    const name = `move-${guest}`;
    await result(a, `vm-create /guests/${guest}.cfg name=${name}`);
    await waitForTicks(a, name);
    await using _ = await startXfrd(b);
    const moved = await result(a, `vm-migrate ${name} ${peer}`);
    expect(moved.live).toBe(how === 'live');
    expect(moved.downtimeMs).toBeGreaterThan(0);
    const counted = await ticks(a, name);
    await waitForTick(b, name, counted + 2);
    expect(await a.run('xl list')).not.toContain(name);
    expect(await b.run('xl list')).toContain(name);
    expect(await listed(b, name)).toMatchObject({
      name,
      uuid: moved.uuid,
      domid: moved.domid,
    });
    await result(b, `vm-destroy ${name}`);
  });

  test('over TLS, which is what happens by default', async () => {
    const [ofA = '', ofB = ''] = await Promise.all([a, b].map((host) => host.run('xfrd init')));
    await a.run(`xfrd trust b b --fingerprint ${ofB.trim()}`);
    await b.run(`xfrd trust a a --fingerprint ${ofA.trim()}`);
    await result(a, 'vm-create /guests/polite.cfg name=secret');
    await waitForTicks(a, 'secret');
    const refused = await a.exec('vm-migrate secret tcp://b');
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('XFR_INSECURE') });
    await using _ = await startXfrd(b, { options: '' });
    const moved = await result<{ warnings: unknown[] }>(a, 'vm-migrate secret b');
    expect(moved.warnings).toEqual([]);
    await waitForTicks(b, 'secret');
    await result(b, 'vm-destroy secret');
    await Promise.all([a, b].map((host) => host.run('rm -r /etc/vm-tools')));
  });

  test('Ctrl-C leaves the guest running here and nothing there', async () => {
    await result(a, 'vm-create /guests/polite.cfg name=kept');
    await waitForTicks(a, 'kept');
    await using _ = await startXfrd(b);
    for (const phase of ['precopy', 'stop-and-copy']) {
      const stopped = await interrupt(
        a,
        `vm-migrate kept ${peer} --bwlimit 4M --stop-and-copy-bwlimit 4M`,
        (event) => event['phase'] === phase,
      );
      if (stopped === undefined) {
        // Done before the signal had crossed the connection: bring it back for the next phase.
        await result(b, 'vm-save kept -o /tmp/kept.img');
        await b.get('/tmp/kept.img', '/tmp/vm-tools-kept.img');
        await a.put('/tmp/vm-tools-kept.img', '/tmp/kept.img');
        await result(a, 'vm-restore /tmp/kept.img');
      } else {
        expect(stopped.status).toBe(130);
      }
      await waitForTicks(a, 'kept');
      expect(await b.run('xl list')).not.toContain('kept');
    }
    await result(a, 'vm-destroy kept');
  });

  // The link between the hosts takes minutes for 1 GiB.
  test('sender and receiver stay small with a guest of 1 GiB', async () => {
    await result(a, 'vm-create /guests/polite.cfg name=large memory=1024');
    await waitForTicks(a, 'large');
    const receiver = peakMemory(b, 'xfrd --listen tcp://0.0.0.0:8002 --insecure --once');
    await b.run('for i in $(seq 300); do ss -ltn | grep -q :8002 && exit 0; sleep 0.1; done; exit 1');
    const sender = await peakMemory(a, `vm-migrate large ${peer}`);
    const peaks = { ...(await receiver), ...sender };
    expect(peaks['xfrd.js']).toBeGreaterThan(0);
    for (const megabytes of Object.values(peaks)) expect(megabytes).toBeLessThan(150);
    await result(b, 'vm-destroy large');
  }, 700_000);
});
