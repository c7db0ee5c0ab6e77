import { mkdir, readdir, rename, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buildAside } from '../local/build-aside.ts';
import { runChildStrictly } from '../local/child.ts';
import { digestOf } from '../local/digest.ts';
import { giveToOwner } from '../local/give-to-owner.ts';
import { labError } from '../local/lab-error.ts';
import { layout } from '../local/layout.ts';
import { ensurePackages } from '../local/prerequisites.ts';
import { debianRoot } from './debian-root.ts';
import type { Release } from './releases.ts';
import { during, type Report } from '../local/report.ts';

/** Raised when the recipe below changes in a way that its inputs do not show. */
const recipe = '1';
const release: Release = 'bookworm';
const packages = [
  'systemd-sysv',
  'udev',
  'dbus',
  'linux-image-cloud-amd64',
  'cloud-init',
  'cloud-guest-utils', // growpart
  'netplan.io', // which carries out what cloud-init is told of the network
  'iproute2',
  'openssh-server',
  'sudo',
] as const;
const buildLimitMs = 1_800_000;

const rootUuid = '6f6d3f3a-7d2c-4c1e-9b1a-2f6f8f3f0001';
const diskMib = 704;
/** Behind the table and the place that GRUB would take on a machine with a BIOS. */
const rootAtMib = 2;
const rootMib = 700;
/** Numbers as in the images of Debian, whose root is the first one and what a BIOS needs the fourteenth. */
const table = [
  'label: gpt',
  'unit: sectors',
  `1 : start=${rootAtMib * 2048}, size=${rootMib * 2048}, type=4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709`,
  '14 : start=2048, size=2048, type=21686148-6449-6E6F-744E-656564454649',
  '',
].join('\n');

/** An emulated processor that others need as well makes systemd take slow services for dead ones. */
const patience = '[Manager]\nDefaultTimeoutStartSec=infinity\nDefaultDeviceTimeoutSec=infinity\n';
/** Besides those of Debian's images. */
const kernelOptions = 'console=hvc0 quiet mitigations=off systemd.service_watchdogs=no';

/** Emulated processors read slowly: a small initramfs, and no picture of how far GRUB is. */
const files = {
  'etc/initramfs-tools/conf.d/lab': 'MODULES=list\n',
  'etc/initramfs-tools/modules': 'xen_blkfront\next4\ncrc32c_generic\n',
  'etc/fstab': `UUID=${rootUuid} / ext4 defaults 0 1\n`,
  // One key is enough, and one of RSA takes minutes, as making locales does.
  'etc/cloud/cloud.cfg.d/90_lab.cfg': 'ssh_genkeytypes: [ed25519]\nlocale: false\n',
  'etc/systemd/system.conf.d/lab.conf': patience,
  'etc/systemd/system/systemd-udevd.service.d/lab.conf': '[Service]\nTimeoutSec=infinity\n',
  // Made at the first start.
  'etc/machine-id': '',
} as const;

/** As update-grub writes it, without its menu. */
function grubConfig(version: string): string {
  return `set default=0
set timeout=0
set enable_progress_indicator=0
insmod part_gpt
insmod ext2
search --no-floppy --fs-uuid --set=root ${rootUuid}
menuentry 'Debian GNU/Linux' {
  linux /boot/vmlinuz-${version} root=UUID=${rootUuid} ro console=tty0 console=ttyS0,115200 ${kernelOptions}
  initrd /boot/initrd.img-${version}
}
`;
}

/**
 * An image such as clouds have, which no package brings: Debian with cloud-init on a disk with a table of partitions,
 * as qcow2. Built by root if it is not there (minutes), and kept for a day after its last use.
 *
 * @returns its path
 */
export async function cloudImage(report: Report, signal?: AbortSignal): Promise<string> {
  const inputs = [recipe, release, packages.join(), table, JSON.stringify(files), grubConfig('')];
  const folder = await buildAside(join(layout.images, `cloud-${digestOf(...inputs)}`), async (aside) => {
    if (process.getuid?.() !== 0)
      throw labError({
        code: 'NOT_ROOT',
        message: 'an image with cloud-init can only be built by root',
        hint: 'run the test as root, once',
      });
    await ensurePackages('build', report, signal);
    report(`building an image with cloud-init (${release}, ${packages.length} packages)`);
    await during(report, 'building it', () => build(aside, signal));
    await giveToOwner(aside);
  });
  const now = new Date();
  await utimes(folder, now, now).catch(() => undefined); // it may be another user's
  return join(folder, 'cloud.qcow2');
}

async function build(aside: string, signal: AbortSignal | undefined): Promise<void> {
  const limits = { timeoutMs: buildLimitMs, signal };
  const root = join(aside, 'root');
  await debianRoot(root, { release, packages, ...limits });
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  // Each guest has a name and keys of its own.
  for (const name of await readdir(join(root, 'etc/ssh')))
    if (name.startsWith('ssh_host_')) await rm(join(root, 'etc/ssh', name));
  await rm(join(root, 'etc/hostname'), { force: true });
  await runChildStrictly('chroot', [root, 'systemctl', 'enable', 'systemd-networkd'], limits);
  await runChildStrictly('chroot', [root, 'update-initramfs', '-u', '-k', 'all'], limits);
  await mkdir(join(root, 'boot/grub'));
  await writeFile(join(root, 'boot/grub/grub.cfg'), grubConfig(await kernelVersion(root)));

  // The guest has sfdisk, this machine may not.
  const disk = join(aside, 'disk.img');
  await writeFile(join(root, 'disk.img'), '');
  await truncate(join(root, 'disk.img'), diskMib * 1024 ** 2);
  await runChildStrictly('chroot', [root, 'sfdisk', '--quiet', '/disk.img'], { ...limits, input: table });
  await rename(join(root, 'disk.img'), disk);

  const partition = join(aside, 'root.img');
  // GRUB 2.06 knows none of what ext4 has had since.
  const features = '^metadata_csum_seed,^orphan_file';
  const format = ['-q', '-t', 'ext4', '-m', '0', '-O', features, '-U', rootUuid, '-d', root];
  await runChildStrictly('mke2fs', [...format, partition, `${rootMib}M`], limits);
  const place = ['bs=1M', `seek=${rootAtMib}`, 'conv=notrunc,sparse', 'status=none'];
  await runChildStrictly('dd', [`if=${partition}`, `of=${disk}`, ...place], limits);
  await runChildStrictly(
    'qemu-img',
    ['convert', '-f', 'raw', '-O', 'qcow2', disk, join(aside, 'cloud.qcow2')],
    limits,
  );
  for (const path of [root, partition, disk]) await rm(path, { recursive: true });
}

async function kernelVersion(root: string): Promise<string> {
  const name = (await readdir(join(root, 'boot'))).find((file) => file.startsWith('vmlinuz-'));
  if (name === undefined) throw labError({ code: 'IMAGE', message: 'the packages brought no kernel' });
  return name.slice('vmlinuz-'.length);
}
