import { randomUUID } from 'node:crypto';
import { access } from 'node:fs/promises';
import { documentsOf, type CloudSeed } from '@vm-tools/cloud-seed';
import { inspectImage, type DiskImage } from '@vm-tools/disk-image';
import type { DomainConfig, PlacedConfig } from '@vm-tools/libdomain';
import type { ImageInput } from '../options.ts';
import { planFiles } from './file-steps.ts';
import { guestConfig, namesKernel } from './guest-config.ts';
import { diskTooSmall, noGrub } from './image-error.ts';
import { filesOf, grubOf, type GuestFiles } from './places.ts';
import { formatSize } from './size.ts';
import { wantedGuest, type WantedGuest } from './wanted-guest.ts';

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

export interface FromImageOptions {
  /** of the files of the host */
  readonly root: string;
  readonly settings: readonly string[];
  readonly onWarning: (warning: string) => void;
}

/**
 * Works out what a guest from an image is made of; nothing is written.
 *
 * @throws VmToolsError USAGE, SSH_KEY_…, DISK_IMAGE_…, GUEST_…, CONFIG_…
 */
export async function guestFromImage(
  input: ImageInput & { readonly image: string },
  { root, settings, onWarning }: FromImageOptions,
): Promise<GuestFromImage> {
  const guest = await wantedGuest(input);
  const image = await inspectImage(guest.image);
  const virtualBytes = diskBytesOf(guest, image);
  const files = filesOf(root, guest.name);
  const grub = grubOf(root);
  const hasKernel = namesKernel(settings);
  if (!hasKernel) await requireGrub(grub);
  const { config: read, places } = guestConfig(guest, { files, grub, settings, onWarning });
  const config = { ...read, uuid: read.uuid ?? randomUUID() };
  const seed = seedOf(guest, config);
  const overlay = { virtualBytes, backingPath: image.path, backingFormat: image.format };
  const plan = planFiles({ name: guest.name, files, overlay, seed });
  // What no setting has said has no place on the command line.
  return { config, places: hasKernel ? places : {}, files, image, documents: documentsOf(seed), plan };
}

function diskBytesOf({ diskBytes }: WantedGuest, { path, virtualBytes }: DiskImage): number {
  if (diskBytes === undefined || diskBytes >= virtualBytes) return diskBytes ?? virtualBytes;
  const has = formatSize(virtualBytes);
  throw diskTooSmall(
    `--disk of ${formatSize(diskBytes)} is smaller than the disk in ${path}, of ${has}`,
    has,
  );
}

async function requireGrub(grub: string): Promise<void> {
  try {
    await access(grub);
  } catch {
    throw noGrub(grub);
  }
}

/** Its instance has the UUID of the domain: a new guest under an old name is another one. */
function seedOf(guest: WantedGuest, config: DomainConfig & { readonly uuid: string }): CloudSeed {
  const { hostName, user, sshKeys, network } = guest;
  const [device] = config.networks;
  return {
    instanceId: config.uuid,
    ...{ hostName, user, sshKeys },
    ...(network === undefined ? {} : { network: { ...network, mac: device?.mac ?? '' } }),
  };
}
