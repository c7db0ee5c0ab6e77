import type { Journals } from './journals.ts';
import { diskStorage } from './storage/disk-storage.ts';
import { MemoryStorage } from './storage/memory-storage.ts';
import { storedJournals, type JournalsOptions } from './stored-journals.ts';
import { JOURNAL_FOLDER } from './format/name.ts';

/** Journals that outlive everything but the disk: one file for each transfer, mode 0600, made when it is needed. */
export function fileJournals(folder: string = JOURNAL_FOLDER, options?: JournalsOptions): Journals {
  return storedJournals(diskStorage(folder), options);
}

/** Journals that live as long as the process: they carry a transfer through a broken link, not through a crash. */
export function memoryJournals(options?: JournalsOptions): Journals {
  return storedJournals(new MemoryStorage(), options);
}
