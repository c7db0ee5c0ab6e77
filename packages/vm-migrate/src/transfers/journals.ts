import { join } from 'node:path';
import { fileJournals } from '@vm-tools/libxfr';
import { JOURNAL_FOLDER, type Journals } from '@vm-tools/libxfr/journals';

/** The journals of a host: vm-migrate and xfrd share them, and so each can finish what the other one has left. */
export function journalsOf({ root }: { readonly root: string }): Journals {
  return fileJournals(join(root, JOURNAL_FOLDER));
}
