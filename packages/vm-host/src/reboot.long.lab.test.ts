import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startLab, type Lab, type LabHost } from '@vm-tools/lab';
import { describeTidyLab, result, ticks, waitForTick, waitForTicks } from '@vm-tools/lab/testing';
import { patient } from '@vm-tools/ratelimit/testing';

interface Told {
  readonly name: string;
  readonly did: string;
}

const KEPT = '/var/lib/vm-tools';
const TEST_MS = patient(1_200_000);
const deeds = (told: readonly Told[]): string[] => told.map(({ name, did }) => `${name} ${did}`).sort();

/** The hosts of the lab forget what was on their disks: what a host keeps is carried over its reboot. */
describeTidyLab('a real Xen host that is booted again', () => {
  let folder: string;
  let lab: Lab | undefined;

  const boot = async (): Promise<LabHost> => {
    lab = await startLab({ name: `reboot-${process.pid}`, hosts: ['a'] });
    const a = lab.host('a');
    // The first domain of a host makes folders that stay.
    await a.run('xl create -qp /guests/polite.cfg && xl destroy polite');
    return a;
  };
  const powerCut = async (a: LabHost, cut: string): Promise<void> => {
    await a.get(KEPT, join(folder, cut));
    await lab?.down();
  };
  const bootWith = async (cut: string): Promise<LabHost> => {
    const a = await boot();
    await a.run(`rm -rf ${KEPT}`);
    await a.put(join(folder, cut), KEPT);
    return a;
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'reboot-'));
  });
  afterAll(async () => {
    await lab?.down();
    await rm(folder, { recursive: true });
  });

  test(
    'guests that were saved, shut down or just running come back, each exactly once',
    async () => {
      let a = await boot();
      for (const name of ['saved', 'ended', 'crashed']) {
        await result(a, `vm-create /guests/polite.cfg name=${name}`);
        await waitForTicks(a, name);
      }
      await result(a, 'vm-autostart on ended --at-shutdown shutdown');
      await result(a, 'vm-autostart on crashed');
      // The power goes while guests run: what starts with the host starts, and nothing else.
      await powerCut(a, 'crash');
      a = await bootWith('crash');
      expect(deeds(await result<Told[]>(a, 'vm-host restore'))).toEqual(['crashed created', 'ended created']);
      await result(a, 'vm-create /guests/polite.cfg name=saved');
      for (const name of ['saved', 'ended', 'crashed']) await waitForTicks(a, name);

      await result(a, 'vm-autostart off crashed');
      expect(deeds(await result<Told[]>(a, 'vm-host shutdown'))).toEqual([
        'crashed saved',
        'ended shut-down',
        'saved saved',
      ]);
      const counted = { saved: await ticks(a, 'saved'), crashed: await ticks(a, 'crashed') };
      await powerCut(a, 'down');
      a = await bootWith('down');
      const back = deeds(await result<Told[]>(a, 'vm-host restore'));
      expect(back).toEqual(['crashed restored', 'ended created', 'saved restored']);
      for (const [name, last] of Object.entries(counted)) await waitForTick(a, name, last + 1);
      await waitForTicks(a, 'ended');
      expect(deeds(await result<Told[]>(a, 'vm-host restore'))).toEqual(['ended runs']);
      expect((await a.run('xl list')).split('\n').filter(Boolean)).toHaveLength(5);

      // Once more the image of the guest that has come back is gone, and so it starts as it starts with the host.
      await powerCut(a, 'again');
      a = await bootWith('again');
      expect(deeds(await result<Told[]>(a, 'vm-host restore'))).toEqual(['ended created']);
      await lab?.down();
    },
    TEST_MS,
  );

  test(
    'the power goes behind the line that says that an image is used, and before its guest runs',
    async () => {
      let a = await boot();
      await result(a, 'vm-create /guests/polite.cfg name=once');
      await waitForTicks(a, 'once');
      await result(a, 'vm-host save');
      const record = `${KEPT}/saved/*.json`;
      await a.run(`sed -i 's/"state":"saved"/"state":"used"/' ${record}`);
      await powerCut(a, 'used');
      a = await bootWith('used');
      expect(deeds(await result<Told[]>(a, 'vm-host restore'))).toEqual(['once created']);
      await waitForTicks(a, 'once');
      expect(await a.run(`ls ${KEPT}/saved`)).toBe('');

      await result(a, 'vm-host save');
      await a.run(`sed -i 's/"state":"saved"/"state":"saving"/' ${record}`);
      await powerCut(a, 'saving');
      a = await bootWith('saving');
      expect(deeds(await result<Told[]>(a, 'vm-host restore'))).toEqual(['once created']);
      await waitForTicks(a, 'once');
    },
    TEST_MS,
  );
});
