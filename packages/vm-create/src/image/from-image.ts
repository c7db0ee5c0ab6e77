import { randomUUID } from 'node:crypto';
import { access } from 'node:fs/promises';
import { documentsOf, hostNameFault, type CloudSeed } from '@vm-tools/cloud-seed';
import { inspectImage, type DiskImage } from '@vm-tools/disk-image';
import { wrongUse } from '@vm-tools/cli';
import { withMacs, type DomainConfig, type PlacedConfig } from '@vm-tools/libdomain';
import { filesOf, grubOf, type GuestFiles, type ImageSection } from '@vm-tools/libdomain/image';
import { planFiles } from './file-steps.ts';
import type { GuestConfig } from './guest-config.ts';
import { diskTooSmall, noGrub } from './image-error.ts';
import { formatSize } from './size.ts';
import { readSshKeys } from './ssh-keys.ts';

/** A guest from an image, thought through and not begun. */
export interface GuestFromImage {
  readonly config: DomainConfig & { readonly uuid: string };
  readonly places: PlacedConfig['places'];
  readonly files: GuestFiles;
  readonly image: DiskImage;
  /** of its seed, by their names */
  readonly documents: Readonly<Record<string, string>>;
  /** the steps that make its files, before those that make the domain */
  readonly plan: ReturnType<typeof planFiles>;
}

/**
 * Works out what a guest from an image is made of; nothing is written.
 *
 * @param root of the files of the host
 * @throws VmToolsError USAGE, SSH_KEY_…, DISK_IMAGE_…, GUEST_…
 */
export async function guestFromImage(
  { config: read, places }: GuestConfig,
  section: ImageSection,
  root: string,
): Promise<GuestFromImage> {
  const image = await inspectImage(section.file);
  const virtualBytes = diskBytesOf(section, image);
  if (read.kernel === grubOf(root)) await requireGrub(read.kernel);
  // Addresses are made up now, because the guest is told what to do with its first device by that.
  const config = withMacs({ ...read, uuid: read.uuid ?? randomUUID() });
  const seed = seedOf(section, config, await readSshKeys(section.sshKey));
  const files = filesOf(root, config.name);
  const overlay = { virtualBytes, backingPath: image.path, backingFormat: image.format };
  const plan = planFiles({ name: config.name, files, overlay, seed });
  return { config, places, files, image, documents: documentsOf(seed), plan };
}

function diskBytesOf({ diskBytes }: ImageSection, { path, virtualBytes }: DiskImage): number {
  if (diskBytes === undefined || diskBytes >= virtualBytes) return diskBytes ?? virtualBytes;
  const has = formatSize(virtualBytes);
  throw diskTooSmall(`a disk of ${formatSize(diskBytes)} is smaller than the one in ${path}, of ${has}`, has);
}

async function requireGrub(grub: string): Promise<void> {
  try {
    await access(grub);
  } catch {
    throw noGrub(grub);
  }
}

/** Its instance has the UUID of the domain: a new guest under an old name is another one. */
function seedOf(
  { user, network, hostName: wanted }: ImageSection,
  { name, uuid, networks }: DomainConfig & { readonly uuid: string },
  sshKeys: readonly string[],
): CloudSeed {
  const hostName = wanted ?? name;
  const fault = hostNameFault(hostName);
  if (fault !== undefined)
    throw wrongUse(
      `a guest cannot call itself "${hostName}": its name ${fault}`,
      'give it another host name: --hostname',
    );
  const [device] = networks;
  if (network !== undefined && device?.mac === undefined)
    throw wrongUse('a guest without a network device has no address', 'give it one, or leave out ip');
  return {
    instanceId: uuid,
    ...{ hostName, user, sshKeys },
    ...(network === undefined ? {} : { network: { ...network, mac: device?.mac ?? '' } }),
  };
}
