import { access, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, VmToolsError } from '@vm-tools/errors';
import { syncFolder, writeAside } from '@vm-tools/write-file';
import { savedFolder } from '../paths.ts';
import { readRecords } from '../read-records.ts';
import { decodeSaved, encodeSaved, type SavedGuest } from './record.ts';

type Identity = Pick<SavedGuest, 'uuid'>;

/** The guests that went down with a host: of each an image, and a record of how far it has come. */
export class SavedGuests {
  readonly #folder: string;
  readonly #beforeChange: () => Promise<void>;

  /** @param beforeChange awaited before the disk is changed: a place for the power to go */
  constructor(root: string, beforeChange: () => Promise<void> = () => Promise.resolve()) {
    this.#folder = savedFolder(root);
    this.#beforeChange = beforeChange;
  }

  imagePath({ uuid }: Identity): string {
    return join(this.#folder, `${uuid}.img`);
  }

  /** All that are not back, and what is wrong with records that cannot be read. */
  async list(): Promise<{
    readonly guests: readonly SavedGuest[];
    readonly damaged: readonly VmToolsError[];
  }> {
    const { records, damaged } = await readRecords(this.#folder, decodeSaved, corrupt);
    return { guests: records, damaged };
  }

  /** It is on the disk when this resolves: what follows may be a power cut. */
  async write(guest: SavedGuest): Promise<void> {
    await this.#beforeChange();
    await writeAside(this.#recordPath(guest), encodeSaved(guest), {
      mode: 0o600,
      folderMode: 0o700,
      synced: 'folder',
    });
  }

  /** Whether there is an image of it, whole or not to be used. */
  hasImage(guest: Identity): Promise<boolean> {
    return access(this.imagePath(guest)).then(
      () => true,
      () => false,
    );
  }

  /** It is gone from the disk when this resolves. */
  async removeImage(guest: Identity): Promise<void> {
    if (!(await this.hasImage(guest))) return;
    await this.#beforeChange();
    await rm(this.imagePath(guest));
    await syncFolder(this.#folder);
  }

  /** The image first: one without a record would be none of ours. Nothing happens where there is neither. */
  async forget(guest: Identity): Promise<void> {
    await this.removeImage(guest);
    await this.#beforeChange();
    await rm(this.#recordPath(guest), { force: true });
  }

  #recordPath({ uuid }: Identity): string {
    return join(this.#folder, `${uuid}.json`);
  }
}

/** All guests that went down with a host and are not back. */
export async function readSaved(root: string): ReturnType<SavedGuests['list']> {
  return new SavedGuests(root).list();
}

function corrupt(path: string, thrown: unknown): VmToolsError {
  return new VmToolsError({
    code: 'SAVED_GUEST_CORRUPT',
    kind: 'corrupt',
    message: `what ${path} says of a guest that was saved with this host cannot be read: ${messageOf(thrown)}`,
    hint: 'if the guest does not run anywhere, vm-restore takes the image beside the file; then remove both',
    details: { path },
    cause: thrown,
  });
}
