import { expect, test } from '@jest/globals';
import { cloudImage, type LabHost } from '@vm-tools/lab';
import { describeLab, leavesNoTraces } from '@vm-tools/lab/testing';
import { patient } from '@vm-tools/ratelimit/testing';

/** An emulated processor takes ten minutes from GRUB to the end of cloud-init. */
const SLOW_MS = patient(1_800_000);
const TEST_MS = patient(5_400_000);
const BUILD_MS = patient(1_800_000);
/** The cable joins the hosts: no other test has a guest of this address. */
const ADDRESS = '10.99.0.81';
const FOLDER = '/var/lib/vm-tools/images/cloud';
const IMAGE = '/tmp/cloud.qcow2';
/** QEMU 7.2 now and then refuses its own AVX to a guest in a guest. */
const WITHOUT_AVX = 'cpuid=host,avx=0';

interface Made {
  readonly domid: number;
  readonly uuid: string;
  readonly disk: string;
  readonly seed: string;
}

describeLab('a guest from an image with cloud-init', () => {
  let a: LabHost;
  leavesNoTraces((found) => (a = found), `rm -rf ${FOLDER} ${IMAGE} /tmp/cloud.image /tmp/id.pub`);
  const slowly = (line: string): Promise<string> => a.run(line, { timeoutMs: SLOW_MS });
  /** Runs what makes the guest start, and waits for its login; of a test that is run again the console has more. */
  const login = async (line: string): Promise<string> => {
    const from = (await a.readConsole('cloud')).length;
    const said = await slowly(line);
    await a.waitForConsole('cloud', /^web1 login:/m, { timeoutMs: SLOW_MS, from });
    return said;
  };
  const inGuest = (line: string): Promise<string> =>
    slowly(`ssh -o ConnectTimeout=60 -o ConnectionAttempts=20 ops@${ADDRESS} '${line}'`);

  test(
    'user, key, host name, network and the size of its disk are there; it is one like any other afterwards',
    async () => {
      await a.put(await cloudImage(() => undefined), IMAGE);
      await slowly('sync');
      await a.run('ssh-keygen -y -f /root/.ssh/id_ed25519 >/tmp/id.pub');
      const words = `--image ${IMAGE} --name cloud --memory 512M --disk 2G --bridge xenbr0 --ssh-key /tmp/id.pub`;
      const own = `--user ops --hostname web1 --ip ${ADDRESS}/24 ${WITHOUT_AVX}`;
      const made = JSON.parse(await login(`vm-create ${words} ${own} --json`)) as Made;
      expect(made).toMatchObject({ disk: `${FOLDER}/disk.qcow2`, seed: `${FOLDER}/seed.iso` });
      expect(await a.run('xl domid cloud')).toBe(`${made.domid}\n`);
      expect(await a.run(`qemu-img info -U ${made.disk}`)).toMatch(
        /virtual size: 2 GiB[^]*backing file: \/tmp\/cloud\.qcow2\nbacking file format: qcow2/,
      );

      expect(await inGuest('hostname; id -un; sudo -n id -u')).toBe('web1\nops\n0\n');
      await inGuest('cloud-init status --wait');
      expect(await inGuest('cat /run/cloud-init/cloud-id; cat /var/lib/cloud/data/instance-id')).toBe(
        `nocloud\n${made.uuid}\n`,
      );
      const mib = Number(await inGuest('df -BM --output=size / | tail -n 1 | tr -dc 0-9'));
      expect(mib).toBeGreaterThan(1500);

      // From here on it is one like any other: it is saved, comes back, and starts again from its own disk.
      await slowly('vm-save cloud -o /tmp/cloud.image');
      await slowly('vm-restore /tmp/cloud.image');
      await inGuest('touch kept && sync && hostname');
      await login('vm-reboot cloud');
      expect(await inGuest('hostname; ls')).toBe('web1\nkept\n');
      expect(Number(await a.run('xl domid cloud'))).toBeGreaterThan(made.domid + 1);

      await slowly('vm-destroy cloud');
      expect(await slowly(`qemu-img check ${made.disk}`)).toContain('No errors were found');
    },
    BUILD_MS + TEST_MS,
  );
});
