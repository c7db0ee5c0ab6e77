import { afterEach, beforeAll, expect, test } from '@jest/globals';
import type { LabHost } from '@vm-tools/lab';
import {
  describeLab,
  guestAndXfrd,
  interrupt,
  labHosts,
  result,
  traces,
  waitForTicks,
} from '@vm-tools/lab/testing';
import { moves } from '../test/moves.ts';

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

  test('polite moves (live) over TLS, which is what happens by default, and goes on counting', async () => {
    const [ofA = '', ofB = ''] = await Promise.all([a, b].map((host) => host.run('xfrd init')));
    await a.run(`xfrd trust b b --fingerprint ${ofB.trim()}`);
    await b.run(`xfrd trust a a --fingerprint ${ofA.trim()}`);
    await using _ = await guestAndXfrd([a, b], {
      name: 'secret',
      settings: '/guests/polite.cfg',
      options: { options: '' },
    });
    const refused = await a.exec('vm-migrate secret tcp://b');
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('XFR_INSECURE') });
    const { warnings } = await moves([a, b], 'secret', 'b', 'live');
    expect(warnings).toEqual([]);
    await Promise.all([a, b].map((host) => host.run('cd /etc/vm-tools && rm -r identity.* peers')));
  });

  test('Ctrl-C leaves the guest running here and nothing there', async () => {
    await using _ = await guestAndXfrd([a, b], { name: 'kept', settings: '/guests/polite.cfg' });
    for (const phase of ['precopy', 'stop-and-copy']) {
      const stopped = await interrupt(
        a,
        `vm-migrate kept ${peer} --bwlimit 4M --stop-and-copy-bwlimit 4M`,
        (event) => event['phase'] === phase,
      );
      if (stopped === undefined) {
        // Done before the signal had crossed the connection: another one for the next phase.
        await result(b, 'vm-destroy kept');
        await result(a, 'vm-create /guests/polite.cfg name=kept');
      } else {
        expect(stopped.status).toBe(130);
      }
      await waitForTicks(a, 'kept');
      expect(await b.run('xl list')).not.toContain('kept');
    }
    await a.run('xl destroy kept');
  });
});
