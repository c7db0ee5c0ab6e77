import { LOOP_MAJOR, type BlockDevice } from './block-devices.ts';

/** A file as a block device. */
export interface LoopDevice extends BlockDevice {
  /** "/dev/loop0" */
  readonly path: string;
  readonly file: string;
  readonly isReadOnly: boolean;
}

interface Entry extends LoopDevice {
  /** backends that have it open */
  users: number;
  /** It goes with its last user. */
  isAutoclear: boolean;
  /** what Linux calls diskseq */
  readonly sequence: string;
}

/** /dev/loopN of a host, as losetup sees them. */
export class LoopDevices {
  readonly #entries = new Map<number, Entry>();
  #made = 0;

  get all(): readonly LoopDevice[] {
    return [...this.#entries.values()].sort((one, other) => one.minor - other.minor);
  }

  /** `losetup -f`, and `losetup DEVICE FILE`. */
  attach(file: string, bytes: number, isReadOnly: boolean): LoopDevice {
    let minor = 0;
    while (this.#entries.has(minor)) minor += 1;
    const path = `/dev/loop${minor}`;
    this.#made += 1;
    const state = { users: 0, isAutoclear: false, sequence: String(this.#made) };
    const entry = { path, file, bytes, isReadOnly, major: LOOP_MAJOR, minor, ...state };
    this.#entries.set(minor, entry);
    return entry;
  }

  /** `losetup -d`: one that is open goes when it is closed. @returns false when there is none of this path */
  detach(path: string): boolean {
    const entry = this.#at(path);
    if (entry === undefined) return false;
    entry.isAutoclear = true;
    this.#clear(entry);
    return true;
  }

  /** How each is used; `file` is the path that it was set up with. */
  get uses(): readonly Pick<Entry, 'path' | 'file' | 'sequence' | 'users'>[] {
    return [...this.#entries.values()];
  }

  at(path: string): LoopDevice | undefined {
    return this.#at(path);
  }

  numbered(minor: number): LoopDevice | undefined {
    return this.#entries.get(minor);
  }

  /** @returns what closes it again; only the first call does something */
  open({ minor }: LoopDevice): () => void {
    const entry = this.#entries.get(minor);
    if (entry === undefined) return () => undefined;
    entry.users += 1;
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      entry.users -= 1;
      this.#clear(entry);
    };
  }

  #at(path: string): Entry | undefined {
    return [...this.#entries.values()].find((entry) => entry.path === path);
  }

  #clear({ minor, users, isAutoclear }: Entry): void {
    if (isAutoclear && users === 0) this.#entries.delete(minor);
  }
}
