import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BaseImage } from '../images/base-image.ts';
import { runChildStrictly } from '../local/child.ts';
import {
  characterDeviceMode,
  cpioArchive,
  directoryMode,
  executableMode,
  fileMode,
  linkMode,
  parentDirectories,
} from '../images/cpio.ts';
import type { CpioEntry } from '../images/cpio.ts';
import { readTree } from '../local/digest.ts';
import { layout } from '../local/layout.ts';

/** The initramfs of the Linux guest, which boots with the kernel of the hosts, as PV and as PVH. */
export async function linuxGuestInitramfs(
  base: BaseImage,
  folder: string,
  signal?: AbortSignal,
): Promise<Buffer> {
  const sources = join(layout.guestSources, 'linux');
  const program = async (path: string, name: string): Promise<CpioEntry> => {
    const binary = join(folder, name);
    const options = ['-O2', '-std=gnu17', '-Wall', '-Wextra', '-Werror', '-static', '-s'];
    await runChildStrictly('gcc', [...options, '-o', binary, join(sources, `${name}.c`)], { signal });
    return { path, mode: executableMode, data: await readFile(binary) };
  };
  const script = async (path: string, name: string): Promise<CpioEntry> => ({
    path,
    mode: executableMode,
    data: await readFile(join(sources, name)),
  });
  const files: CpioEntry[] = [
    { path: 'bin/busybox', mode: executableMode, data: await readFile(join(base.folder, 'busybox')) },
    { path: 'bin/sh', mode: linkMode, data: 'busybox' },
    await script('init', 'init.sh'),
    await script('bin/devices', 'devices.sh'),
    await script('sbin/poweroff', 'poweroff.sh'),
    await script('sbin/reboot', 'reboot.sh'),
    await program('bin/count', 'count'),
    await program('bin/dirty', 'dirty'),
    // The kernel opens it for init before anything is mounted.
    { path: 'dev/console', mode: characterDeviceMode, device: { major: 5, minor: 1 } },
    ...(await readTree(join(base.folder, 'guest-modules'))).map(({ path, data }) => ({
      path: `modules/${path}`,
      mode: fileMode,
      data,
    })),
  ];
  const mountPoints = ['proc', 'sys'].map((path) => ({ path, mode: directoryMode }));
  return cpioArchive([...parentDirectories(files.map(({ path }) => path)), ...mountPoints, ...files]);
}
