import { expect, test } from '@jest/globals';
import type { LabHost } from '@vm-tools/lab';
import { describeLab, failure, leavesNoTraces, result, waitForTicks } from '@vm-tools/lab/testing';
import { patient } from '@vm-tools/ratelimit/testing';

/** Tools take seconds to start here. */
const SLOW_MS = patient(240_000);

describeLab('one owner, one name, and streams that fail, on real Xen', () => {
  let a: LabHost;
  leavesNoTraces((found) => (a = found), 'rm -f /tmp/*.img');

  test('a save whose reader is gone ends, and its guest runs on', async () => {
    await result(a, 'vm-create /guests/polite.cfg name=unread');
    await waitForTicks(a, 'unread');
    for (const where of ['| true', '> /dev/full']) {
      const line = `{ vm-save unread -o -; echo "status $?" >&2; } ${where}`;
      const { stderr } = await a.exec(line, { timeoutMs: SLOW_MS });
      expect(stderr.trimEnd()).toMatch(/status [15]$/);
      await waitForTicks(a, 'unread');
    }
    await result(a, 'vm-destroy unread');
  });

  test('a guest that is being saved is busy for others; what kill -9 leaves of it runs after vm-unpause', async () => {
    await result(a, 'vm-create /guests/polite.cfg name=race');
    await waitForTicks(a, 'race');
    const saving = a.spawn('vm-save -c race -o /tmp/r.img --live never --bwlimit 1K'.split(' '));
    for (const stream of [saving.stdout, saving.stderr]) stream.resume();
    await a.run('while state=$(xl list race); do case $state in *---ss-*) break ;; esac; sleep 0.2; done', {
      timeoutMs: SLOW_MS,
    });
    for (const line of ['vm-pause race', 'vm-unpause race', 'vm-save -c race -o /tmp/y.img'])
      expect(await failure(a, line)).toMatchObject({ status: 2, error: { code: 'XFR_GUEST_BUSY' } });
    await saving.kill('SIGKILL');
    await saving.exited;
    // libxc's own process may outlive vm-save and let the guest run; but xenstored has not been told, and the mark stays.
    await result(a, 'vm-unpause race');
    await waitForTicks(a, 'race');
    await result(a, 'vm-save -c race -o /tmp/whole.img');
    expect(await a.run('ls -A /tmp | grep img')).toBe('whole.img\n');
    await result(a, 'vm-destroy race');
  });

  test('of some creations at once with one name one is done', async () => {
    const create = 'vm-create /guests/polite.cfg name=same --json';
    const all = Array.from({ length: 3 }, (_, index) => `${create} > /tmp/c${index}.json 2> /dev/null &`);
    await a.run(`${all.join(' ')} wait; true`, { timeoutMs: SLOW_MS });
    const codes = (await a.run('cat /tmp/c?.json; rm /tmp/c?.json')).match(
      /DOMAIN_NAME_TAKEN|"domid":\s*\d+/g,
    );
    expect(codes?.filter((code) => code === 'DOMAIN_NAME_TAKEN')).toHaveLength(2);
    expect(await a.run('xl list | grep -c "^same "')).toBe('1\n');
    await result(a, 'vm-destroy same');
  });

  test('a domain of xl comes back whatever it is called, and whatever is to be done when it crashes', async () => {
    await a.run(`xl create -q /guests/polite.cfg 'name="42"' 'on_crash="coredump-restart"'`);
    const domid = (await a.run('xl domid 42')).trim();
    await waitForTicks(a, '42');
    await result(a, `vm-save ${domid} -o /tmp/named.img`);
    await result(a, 'vm-restore /tmp/named.img --name forty-two');
    await waitForTicks(a, 'forty-two');
    expect(await a.run('xl list -l forty-two')).toMatch(/"on_crash": "coredump_restart"/);
    await result(a, 'vm-destroy forty-two');
  });
});
