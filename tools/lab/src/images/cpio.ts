/** One entry of an archive; the mode holds the kind of file as in `stat`. */
export interface CpioEntry {
  /** Path inside the archive, without a leading slash. */
  readonly path: string;
  readonly mode: number;
  /** Contents of a file, target of a link; nothing for a folder. */
  readonly data?: Uint8Array | string;
  /** Device numbers, for a device node alone. */
  readonly device?: { readonly major: number; readonly minor: number };
}

const magic = '070701';
const headerBytes = 110;

export const directoryMode = 0o040755;
export const executableMode = 0o100755;
export const fileMode = 0o100644;
export const linkMode = 0o120777;
export const characterDeviceMode = 0o020600;

/**
 * A cpio archive in the "newc" format, which is what Linux unpacks as its initramfs. Times and owners are zero:
 * the same entries always give the same bytes.
 */
export function cpioArchive(entries: readonly CpioEntry[]): Buffer {
  const parts: Uint8Array[] = [];
  const all = [...entries, { path: 'TRAILER!!!', mode: 0 }];
  all.forEach((entry, index) => {
    const data = typeof entry.data === 'string' ? Buffer.from(entry.data) : (entry.data ?? new Uint8Array());
    const name = Buffer.from(`${entry.path}\0`);
    const links = (entry.mode & 0o170000) === 0o040000 ? 2 : 1;
    const { major, minor } = entry.device ?? { major: 0, minor: 0 };
    // inode, mode, uid, gid, links, mtime, size, device (2), device of a node (2), length of the name, checksum
    const fields = [index + 1, entry.mode, 0, 0, links, 0, data.length, 0, 0, major, minor, name.length, 0];
    const header = magic + fields.map((field) => field.toString(16).padStart(8, '0')).join('');
    parts.push(Buffer.from(header), name, padding(headerBytes + name.length), data, padding(data.length));
  });
  return Buffer.concat(parts);
}

function padding(length: number): Uint8Array {
  return new Uint8Array((4 - (length % 4)) % 4);
}

/** The folders that lead to `paths`, parents first: the kernel makes no folder that is not in the archive. */
export function parentDirectories(paths: readonly string[]): CpioEntry[] {
  const directories = new Set<string>();
  for (const path of paths) {
    const names = path.split('/').slice(0, -1);
    names.forEach((_, depth) => directories.add(names.slice(0, depth + 1).join('/')));
  }
  return [...directories].sort().map((path) => ({ path, mode: directoryMode }));
}
