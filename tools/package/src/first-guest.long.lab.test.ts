import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { cloudImage, type LabHost } from '@vm-tools/lab';
import { describeLab, labHost } from '@vm-tools/lab/testing';
import { patient } from '@vm-tools/ratelimit/testing';
import { bareHost, type BareHost } from './testing/bare-host.ts';

const DOCS = join(import.meta.dirname, '../../..');
/** An emulated processor takes ten minutes from GRUB to the end of cloud-init. */
const SLOW_MS = patient(1_800_000);
const TEST_MS = patient(5_400_000);
/** Of packages, and of the image. */
const BUILD_MS = patient(3_600_000);

/** A host of the lab has no way out: this stands for the place from which the image is downloaded. */
const WGET = `#!/bin/sh
exec cp /lab/cloud.qcow2 "$(basename "$1")"
`;
/** QEMU 7.2 now and then refuses its own AVX to a guest in a guest. */
const WITHOUT_AVX = 'cpuid=host,avx=0';
const PATIENT = '-o StrictHostKeyChecking=accept-new -o ConnectTimeout=60 -o ConnectionAttempts=20';
const CTRL_RIGHT_BRACKET = '\x1d';

/** The blocks of shell of a page, below a heading where one is given. */
async function blocksOf(page: string, heading = ''): Promise<string[]> {
  const text = await readFile(join(DOCS, page), 'utf8');
  const from = text.indexOf(heading);
  return [...text.slice(from).matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, block = '']) => block);
}

describeLab('the page of the first guest, on a host that has nothing of vm-tools', () => {
  let a: LabHost;
  let bare: BareHost;
  beforeAll(async () => {
    a = await labHost();
    bare = await bareHost(a, [1]);
    await a.put(await cloudImage(() => undefined), '/lab/cloud.qcow2');
    await a.run(`cat >/usr/local/bin/wget <<'END' && chmod 755 /usr/local/bin/wget\n${WGET}END\n`);
    await a.run('sync', { timeoutMs: SLOW_MS });
  }, BUILD_MS);
  afterAll(async () => {
    await a.run('rm -rf /usr/local/bin/wget /lab/cloud.qcow2 /srv/images /root/.ssh/id /root/.ssh/id.pub');
    await a.run('rm -rf /var/lib/vm-tools/images; ip link del br0');
    await bare[Symbol.asyncDispose]();
  }, BUILD_MS);

  /** As typed by root, whose every question is answered by Return. */
  const type = (block: string, folder = '/root'): Promise<string> =>
    a.run(['bash', '-ec', `cd ${folder}\n${block}`], { timeoutMs: SLOW_MS, input: '\n\n\n' });

  /** Looks at the console until it asks for a login, and leaves it by the keys that the page names. */
  async function watch(line: string): Promise<void> {
    const child = a.spawn(`exec ${line.trim()}`, { tty: true });
    const late = AbortSignal.timeout(SLOW_MS);
    let said = '';
    child.stdout.setEncoding('utf8');
    for await (const more of child.stdout.iterator({ destroyOnReturn: false })) {
      said += more as string;
      if (/^web1 login:/m.test(said)) break;
      if (late.aborted) throw new Error(`no login within ${SLOW_MS / 1000} s: ${said.slice(-500)}`);
    }
    child.stdin.write(CTRL_RIGHT_BRACKET);
    child.stdout.resume();
    expect(await child.exited).toBe(0);
  }

  test(
    'each command does what the page says, from apt to the last rm',
    async () => {
      const [install = ''] = await blocksOf('README.md', '## Install');
      const [apt = '', bridge = '', image = '', key = '', create = '', look = '', ssh = '', end = ''] =
        await blocksOf('docs/first-guest.md');
      expect(await type(install, `${bare.packages}/1`)).toContain('Domain-0');
      for (const block of [apt, bridge, image, key]) await type(block);

      expect(await type(`${create.trim()} ${WITHOUT_AVX}`)).toMatch(/^\d+$/m);
      await watch(look);
      const inGuest = (line: string): Promise<string> => type(`${ssh.trim()} ${PATIENT} '${line}'`);
      expect(await inGuest('hostname; id -un; sudo -n id -u')).toBe('web1\nops\n0\n');
      await inGuest('cloud-init status --wait');
      const gib = Number(await inGuest('df -BG --output=size / | tail -n 1 | tr -dc 0-9'));
      expect(gib).toBeGreaterThan(17); // of 20G
      expect(await a.run('ls /var/lib/vm-tools/images/web1')).toBe('disk.qcow2\nseed.iso\n');

      await type(end);
      expect(await a.run('xl list | grep -c web1; ls /var/lib/vm-tools/images')).toBe('0\n');
    },
    TEST_MS,
  );
});
