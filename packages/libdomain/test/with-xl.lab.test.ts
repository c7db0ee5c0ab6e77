import { expect, test } from '@jest/globals';
import type { LabHost } from '@vm-tools/lab';
import { patient } from '@vm-tools/ratelimit/testing';
import { describeLab, failure, leavesNoTraces, listed, result, waitForTicks } from '@vm-tools/lab/testing';

const python = 'python3';

/** Zeros are not held back, and the guest has little else; its tools take seconds to start. */
const SLOW_MS = patient(240_000);

/** Waits for Xen to say that the guest has suspended. */
const untilSuspended = (name: string): string =>
  `while state=$(xl list ${name}); do case $state in *---ss-*) break ;; esac; sleep 0.2; done`;

describeLab('what xl and we do to one domain at once, on real Xen', () => {
  let a: LabHost;
  leavesNoTraces((found) => (a = found), 'rm -f /tmp/*.img /tmp/*.json');

  /** Saves a guest slowly, and does something to it as soon as it is suspended. */
  async function whileSaved(name: string, line: string): Promise<{ readonly code: string }> {
    const save = `vm-save ${name} -o /tmp/s.img --live never --bwlimit 10K --json > /tmp/s.json 2> /dev/null`;
    const both = `${save} & ${untilSuspended(name)}; ${line}; wait; true`;
    await a.run(both, { timeoutMs: SLOW_MS });
    expect(await a.run('ls /tmp | grep img; true')).toBe('');
    return (JSON.parse(await a.run('cat /tmp/s.json')) as { error: { code: string } }).error;
  }

  test('a guest that is resumed while we save it runs on, and there is no image', async () => {
    const { domid } = await result(a, 'vm-create /guests/polite.cfg name=torn');
    await waitForTicks(a, 'torn');
    const resume = `${python} -c "import xen.lowlevel.xc as x; x.xc().domain_resume(${domid}, 1)"`;
    expect(await whileSaved('torn', resume)).toMatchObject({
      code: 'GUEST_CHANGED',
      details: { now: 'running' },
    });
    await waitForTicks(a, 'torn');
    await result(a, 'vm-destroy torn');
  });

  test('a guest that xl destroys while we save it is told as gone', async () => {
    await result(a, 'vm-create /guests/polite.cfg name=ended');
    await waitForTicks(a, 'ended');
    const { code } = await whileSaved('ended', 'xl destroy ended');
    expect(['GUEST_CHANGED', 'GUEST_DIED']).toContain(code);
  });

  test("libxl's lock is where xl waits for it, and where we do", async () => {
    const { domid, uuid } = await result(a, 'vm-create /guests/polite.cfg name=locked');
    const lock = `/var/lib/xen/userdata-l.${domid}.${uuid}.domain-userdata-lock`;
    expect((await a.exec(`flock ${lock} timeout 4 xl destroy locked`)).code).toBe(124);
    await a.run(`rm -f ${lock}`);
    const late = await a.exec(`flock ${lock} vm-destroy ${uuid} --timeout 10 --json`);
    expect(late).toMatchObject({ code: 124, stdout: expect.stringContaining('TIME_LIMIT') });
    await a.run(`rm -f ${lock}`);
    await result(a, `vm-destroy ${domid}`); // goes on where xl, or we, were stopped
  });

  test('xl and we create one name at once: one domain is there', async () => {
    const theirs = `xl create /guests/polite.cfg 'name="same"' > /dev/null 2>&1`;
    await a.run(`${theirs} & vm-create /guests/polite.cfg name=same > /dev/null 2>&1; wait; true`);
    expect(await a.run('xl list | grep -c "^same "')).toBe('1\n');
    expect((await failure(a, 'vm-create /guests/polite.cfg name=same')).error.code).toBe('DOMAIN_NAME_TAKEN');
    expect((await listed(a, 'same')).name).toBe('same');
    await a.run('xl destroy same');
  });
});
