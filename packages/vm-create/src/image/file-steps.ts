import { mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { seedImage, type CloudSeed } from '@vm-tools/cloud-seed';
import { qcow2Overlay, type Overlay } from '@vm-tools/disk-image';
import { pipeline, type Pipeline, type Step } from '@vm-tools/libdomain';
import { syncFolder, writeAside } from '@vm-tools/write-file';
import { filesTaken } from './image-error.ts';
import type { GuestFiles } from '@vm-tools/libdomain/image';
import { formatSize } from './size.ts';

/** Keys and host names are nothing to other users, and what a guest writes even less. */
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

/** The files that are to be made for a guest. */
export interface WantedFiles {
  readonly name: string;
  readonly files: GuestFiles;
  readonly overlay: Overlay;
  readonly seed: CloudSeed;
}

/** The steps that make the files of a guest; each undoes what it has made. */
export function planFiles(wanted: WantedFiles): Pipeline<WantedFiles> {
  return pipeline<WantedFiles>('vm-create', wanted).step(imageFolder).step(overlayFile).step(seedFile);
}

const imageFolder: Step<WantedFiles> = {
  name: 'image-folder',
  about: ({ files }) => `make ${files?.folder}, for root alone`,
  async run({ name, files: { folder } }) {
    await mkdir(dirname(folder), { recursive: true, mode: FOLDER_MODE });
    try {
      await mkdir(folder, { mode: FOLDER_MODE });
    } catch (thrown) {
      throw (thrown as NodeJS.ErrnoException).code === 'EEXIST' ? filesTaken(name, folder) : thrown;
    }
    await syncFolder(dirname(folder));
    return {};
  },
  undo: ({ files: { folder } }) => rm(folder, { recursive: true, force: true }),
  leaves: ({ files: { folder } }) => folder,
};

const overlayFile: Step<WantedFiles> = {
  name: 'overlay',
  about: ({ files, overlay }) =>
    `write ${files?.disk}, a disk of ${formatSize(overlay?.virtualBytes ?? 0)} on top of ${overlay?.backingPath} (${overlay?.backingFormat})`,
  run: ({ files: { disk }, overlay }) => writeNew(disk, qcow2Overlay(overlay)),
};

const seedFile: Step<WantedFiles> = {
  name: 'seed',
  about: ({ files, seed }) =>
    `write ${files?.seed}, which tells cloud-init of ${seed?.hostName} and ${seed?.sshKeys.length} keys`,
  run: ({ files, seed }) => writeNew(files.seed, seedImage(seed, new Date())),
};

/** In a folder that was empty a moment ago; it goes with that. */
async function writeNew(path: string, content: Uint8Array): Promise<object> {
  await writeAside(path, content, { mode: FILE_MODE, isNew: true, synced: 'folder' });
  return {};
}
