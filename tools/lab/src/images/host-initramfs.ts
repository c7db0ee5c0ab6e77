import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AccessKey } from './access-key.ts';
import type { BaseImage } from './base-image.ts';
import { cpioArchive, directoryMode, executableMode, fileMode, linkMode, parentDirectories } from './cpio.ts';
import type { CpioEntry } from './cpio.ts';
import { digestOf, readTree } from '../local/digest.ts';
import { layout } from '../local/layout.ts';

/** Each host has a new key of its own. */
const SSH_CONFIG = 'StrictHostKeyChecking no\nUserKnownHostsFile /dev/null\nLogLevel ERROR\n';
const ownerOnlyMode = 0o100600;

/**
 * The initramfs of a host. It carries what changes more often than the packages, the lab's own scripts and the
 * guests, and lays them over the disk at start: a new script or guest needs no new image.
 *
 * @param parts.guests its files become /guests
 * @param parts.programs its files come into /lab, beside the scripts
 * @param parts.key with which root comes from here and from the other host
 * @returns path of the archive
 */
export async function hostInitramfs(
  base: BaseImage,
  { guests, programs, key }: { readonly guests: string; readonly programs: string; readonly key: AccessKey },
): Promise<string> {
  const script = (path: string): number => (path.endsWith('.sh') ? executableMode : fileMode);
  const dom0 = (await readTree(layout.dom0Sources)).filter(({ path }) => !path.endsWith('.c'));
  const files: CpioEntry[] = [
    { path: 'bin/busybox', mode: executableMode, data: await readFile(join(base.folder, 'busybox')) },
    { path: 'bin/sh', mode: linkMode, data: 'busybox' },
    { path: 'init', mode: executableMode, data: await readFile(join(layout.dom0Sources, 'early.sh')) },
    ...(await readTree(join(base.folder, 'modules'))).map(({ path, data }) => ({
      path: `modules/${path}`,
      mode: fileMode,
      data,
    })),
    ...dom0.map(({ path, data }) => ({
      path: `overlay/lab/${path}`,
      mode: script(path),
      data,
    })),
    ...(await readTree(programs)).map(({ path, data }) => ({
      path: `overlay/lab/${path}`,
      mode: executableMode,
      data,
    })),
    { path: 'overlay/root/.ssh/id_ed25519', mode: ownerOnlyMode, data: await readFile(key.secret) },
    { path: 'overlay/root/.ssh/authorized_keys', mode: fileMode, data: await readFile(key.shared) },
    { path: 'overlay/root/.ssh/config', mode: fileMode, data: SSH_CONFIG },
    // Both hosts have the same guests there, and what comes from the other may be started with their kernels. So are the
    // disks of guests that move.
    {
      path: 'overlay/etc/vm-tools/places.json',
      mode: fileMode,
      data: '{"kernels": ["/guests"], "disks": ["/shared"]}\n',
    },
    ...(await readTree(guests)).map(({ path, data }) => ({
      path: `overlay/guests/${path}`,
      mode: fileMode,
      data,
    })),
  ];
  const mountPoints = ['proc', 'sys', 'dev', 'disk'].map((path) => ({ path, mode: directoryMode }));
  const archive = cpioArchive([
    ...parentDirectories(files.map(({ path }) => path)),
    ...mountPoints,
    ...files,
  ]);

  const path = join(layout.initramfs, `${digestOf(archive)}.img`);
  await mkdir(layout.initramfs, { recursive: true });
  const aside = `${path}.${process.pid}.new`;
  await writeFile(aside, archive);
  await rename(aside, path);
  return path;
}
