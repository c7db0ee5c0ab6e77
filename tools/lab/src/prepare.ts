import { accessKey } from './images/access-key.ts';
import { baseImage } from './images/base-image.ts';
import type { BaseImage } from './images/base-image.ts';
import { buildGuests } from './guests/build-guests.ts';
import { buildDom0Programs } from './images/dom0-programs.ts';
import { hostInitramfs } from './images/host-initramfs.ts';
import type { Release } from './images/releases.ts';
import { ensurePackages } from './local/prerequisites.ts';
import { prune } from './prune.ts';
import { during, type Report } from './local/report.ts';

/** Everything a host boots from. */
export interface BootFiles {
  readonly base: BaseImage;
  readonly initramfs: string;
}

/** Builds what is missing or out of date for hosts of a release; nothing to do is the usual case. */
export async function prepare(release: Release, report: Report, signal?: AbortSignal): Promise<BootFiles> {
  await ensurePackages('run', report, signal);
  const base = await baseImage(release, report, signal);
  const guests = await buildGuests(base, report, signal);
  const programs = await buildDom0Programs(report, signal);
  const parts = { guests, programs, key: await accessKey() };
  const initramfs = await during(report, 'packing what hosts boot from', () => hostInitramfs(base, parts));
  await prune([base.folder, guests, programs, initramfs]);
  return { base, initramfs };
}
