import { expect, test } from '@jest/globals';
import type { LabHost } from '@vm-tools/lab';
import { describeLab, leavesNoTraces, listed, result, waitForTicks } from '@vm-tools/lab/testing';

interface Reported {
  readonly check: string;
  readonly about: string;
  readonly state: string;
}

/** So slow that it is in the middle of it for minutes. */
const SLOWLY = '--bwlimit 10K';
const UUID = '7a1f0000-0000-4000-8000-00000000d0c5';

describeLab('what is left by tools that were killed, on real Xen', () => {
  let a: LabHost;
  leavesNoTraces((found) => (a = found), 'rm -rf /tmp/mess');

  /** What it finds, and what it has mended; a second look finds nothing. */
  async function mended(options: string): Promise<{ readonly found: string[]; readonly fixed: string[] }> {
    const look = async (more: string): Promise<{ code: number; checks: Reported[] }> => {
      const { code, stdout } = await a.exec(`vm-doctor /tmp/mess ${more} --json`);
      return { code, checks: JSON.parse(stdout) as Reported[] };
    };
    const first = await look('');
    expect(first.code).toBe(1);
    const fixed = await look(options);
    expect(fixed.code).toBe(0);
    expect(await look('')).toEqual({ code: 0, checks: [] });
    const names = ({ checks }: typeof first): string[] =>
      checks.map(({ check, state }) => `${check} ${state}`);
    return { found: names(first), fixed: names(fixed) };
  }

  test('a save: the guest runs on, and the part of its image is gone', async () => {
    await a.run('mkdir /tmp/mess');
    expect(await a.exec('vm-doctor /tmp/mess --json')).toMatchObject({ code: 0, stdout: '[]\n' });
    await result(a, 'vm-create /guests/polite.cfg name=saved');
    await waitForTicks(a, 'saved');
    const save = a.spawn([
      'vm-save',
      'saved',
      '-o',
      '/tmp/mess/s.img',
      '--live',
      'never',
      ...SLOWLY.split(' '),
    ]);
    await a.run('until xl list saved | grep -q -- "---ss-"; do sleep 0.2; done');
    await save.kill('SIGKILL');
    await save.exited;
    expect(await mended('--fix')).toEqual({
      found: ['interrupted-saves found', 'partial-images found'],
      fixed: ['interrupted-saves mended', 'partial-images mended'],
    });
    await waitForTicks(a, 'saved');
    await result(a, 'vm-destroy saved');
  });

  test('a restore: what there is of the domain is gone, and the image is whole', async () => {
    await a.run('mkdir /tmp/mess');
    await result(a, 'vm-create /guests/polite.cfg name=back');
    await waitForTicks(a, 'back');
    await result(a, 'vm-save back -o /tmp/mess/b.img');
    const restore = a.spawn(['vm-restore', '/tmp/mess/b.img', ...SLOWLY.split(' ')]);
    await a.run('until xl list | grep -q "^back "; do sleep 0.2; done');
    await restore.kill('SIGKILL');
    await restore.exited;
    expect(await mended('--fix --yes')).toMatchObject({ fixed: [expect.stringMatching(/-domains mended$/)] });
    await result(a, 'vm-restore /tmp/mess/b.img');
    await waitForTicks(a, 'back');
    expect((await listed(a, 'back')).name).toBe('back');
    await result(a, 'vm-destroy back');
  });

  test('a destruction: nodes and a configuration without a domain are gone', async () => {
    await a.run('mkdir /tmp/mess');
    await a.run(
      [
        `xenstore-write /libxl/4242/type pvh /vm/${UUID}/name gone /local/domain/4242/name gone`,
        `/local/domain/4242/vm /vm/${UUID} /local/domain/0/backend/vbd/4242/51712/frontend-id 4242;`,
        `echo '{}' > /var/lib/xen/userdata-d.4242.${UUID}.libxl-json`,
      ].join(' '),
    );
    expect(await mended('--fix')).toEqual({ found: ['gone-domains found'], fixed: ['gone-domains mended'] });
    // The folders above it, which this test has made.
    const kept = 'xenstore-ls /local/domain/0/backend 2>/dev/null';
    await a.run(
      `xenstore-rm /local/domain/0/backend/vbd; [ -n "$(${kept})" ] || xenstore-rm /local/domain/0/backend`,
    );
  });
});
