import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import type { ErrnoName } from '../../machine/strerror.ts';
import { strerror } from '../../machine/strerror.ts';
import { XC_ERROR, type CallLog } from '../call-log.ts';

/** XC_DOM_DECOMPRESS_MAX: no file of a guest may be larger, and none that comes out of one. */
export const FILE_MAX_BYTES = 1024 ** 3;

/** A kernel or a ramdisk, opened; to be closed. */
export interface GuestFile {
  readonly handle: FileHandle;
  readonly bytes: number;
}

/** xc_dom_malloc_filemap, with its words. */
export async function openGuestFile(path: string, log: CallLog): Promise<GuestFile> {
  // A named pipe must not make it wait for a writer.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((thrown: unknown) => {
    const errno = (thrown as NodeJS.ErrnoException).code as ErrnoName;
    throw log.panic(
      'xg_dom_core.c:205',
      `failed to open file '${path}': ${strerror(errno)}`,
      XC_ERROR.internal,
      errno,
    );
  });
  try {
    const stats = await handle.stat();
    if (stats.isDirectory() || stats.size > FILE_MAX_BYTES) {
      // lseek takes directories for endless files
      const text = 'tried to map file which is too large';
      throw log.panic('xg_dom_core.c:223', text, XC_ERROR.outOfMemory);
    }
    if (stats.size === 0)
      throw log.panic('xg_dom_core.c:230', `'${path}': zero length file`, XC_ERROR.internal);
    return { handle, bytes: stats.size };
  } catch (thrown) {
    await handle.close();
    throw thrown;
  }
}
