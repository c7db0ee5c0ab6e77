import { afterEach, beforeAll, expect, test } from '@jest/globals';
import type { LabHost } from '@vm-tools/lab';
import {
  describeLab,
  failure,
  guestAndXfrd,
  labHosts,
  listed,
  result,
  startXfrd,
  ticks,
  traces,
  waitForTick,
  waitForTicks,
} from '@vm-tools/lab/testing';

const TO_B = 'tcp://b:8002 --insecure';
const TO_A = 'tcp://a:8002 --insecure';
/** Both hosts have it. Linux writes no pages of a guest onto 9p without a cache (EFAULT): images are copied there. */
const IMAGE = '/shared/upgrade.img';
const LOCAL = '/tmp/upgrade.img';

/** Host a has Xen 4.17, host b has Xen 4.20: a pool in the middle of its upgrade. */
describeLab('from one Xen to a newer one', () => {
  let a: LabHost;
  let b: LabHost;
  let before: readonly string[];

  beforeAll(async () => {
    ({ a, b } = await labHosts());
    expect([a.xen, b.xen]).toEqual(['4.17', '4.20']);
    before = [await traces(a), await traces(b)];
  });

  afterEach(async () => {
    await Promise.all([a, b].map((host) => host.run(['rm', '-f', IMAGE, LOCAL])));
    expect([await traces(a), await traces(b)]).toEqual(before);
  });

  test('a pvh guest moves live, is known to xl there, and cannot go back', async () => {
    await using _there = await guestAndXfrd([a, b], { name: 'ahead', settings: '/guests/polite.cfg' });
    const moved = await result<{ live: boolean }>(a, `vm-migrate ahead ${TO_B}`);
    expect(moved.live).toBe(true);
    await waitForTick(b, 'ahead', (await ticks(a, 'ahead')) + 2);
    expect(await a.run('xl list')).not.toContain('ahead');
    expect(await b.run('xl list')).toContain('ahead');

    await using _back = await startXfrd(a);
    const { stdout } = await b.exec(`vm-migrate ahead ${TO_A} --check --json`);
    const failed = (JSON.parse(stdout) as { ok: boolean; error?: { code: string } }[]).filter(
      ({ ok }) => !ok,
    );
    expect(failed.map(({ error }) => error?.code)).toEqual(['DOMAIN_XEN_OLDER']);
    const { error } = await failure(b, `vm-migrate ahead ${TO_A}`);
    expect(error.code).toBe('XFR_PEER_REJECTED');
    const counted = await ticks(b, 'ahead');
    await waitForTick(b, 'ahead', counted + 2);
    expect(await listed(b, 'ahead')).toMatchObject({ state: expect.stringMatching(/running|blocked/) });
    await result(b, 'vm-destroy ahead');
  });

  test('what was saved on the older one is restored on the newer one, by either toolstack', async () => {
    await a.run(`xl create /guests/polite.cfg 'name="theirs"'`);
    await waitForTicks(a, 'theirs');
    await a.run(`xl save theirs ${LOCAL}; mv ${LOCAL} ${IMAGE}`);
    const theirs = await ticks(a, 'theirs');
    await result(b, `vm-restore ${IMAGE}`);
    await waitForTick(b, 'theirs', theirs + 2);
    await b.run(`xl destroy theirs; rm ${IMAGE}`);

    await result(a, 'vm-create /guests/polite.cfg name=ours');
    await waitForTicks(a, 'ours');
    await result(a, `vm-save ours -o ${LOCAL}`);
    await a.run(['mv', LOCAL, IMAGE]);
    const ours = await ticks(a, 'ours');
    await b.run(`verify-stream-v2 -f xl -i ${IMAGE}`);
    await b.run(`xl restore ${IMAGE}`);
    await waitForTick(b, 'ours', ours + 2);
    await result(b, 'vm-destroy ours');
  });

  test('what was saved on the newer one is refused by the older one at once, and nothing is left', async () => {
    await result(b, 'vm-create /guests/polite.cfg name=newer');
    await waitForTicks(b, 'newer');
    await result(b, `vm-save newer -o ${LOCAL}`);
    await b.run(['mv', LOCAL, IMAGE]);
    const counted = await ticks(b, 'newer');
    await b.run(`verify-stream-v2 -f xl -i ${IMAGE}`);
    const { error } = await failure(a, `vm-restore ${IMAGE}`);
    expect(error).toMatchObject({
      code: 'STREAM_UNSUPPORTED',
      message: expect.stringContaining('written by Xen 4.20, which Xen 4.17 of this host'),
      hint: 'restore it on a host with Xen 4.20 or later',
    });
    await result(b, `vm-restore ${IMAGE}`);
    await waitForTick(b, 'newer', counted + 2);
    await b.run('xl destroy newer');
  });
});
