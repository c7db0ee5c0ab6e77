import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { VmToolsError } from '@vm-tools/errors';

const NAME = /^[0-9a-f-]{36}\.json$/;

/** Reads what stands in a folder, a file each; a folder that is not there has none. */
export async function readRecords<Item>(
  folder: string,
  decode: (text: string) => Promise<Item>,
  corrupt: (path: string, thrown: unknown) => VmToolsError,
): Promise<{ records: Item[]; damaged: VmToolsError[] }> {
  const names = await readdir(folder).catch((thrown: unknown) => {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw corrupt(folder, thrown);
  });
  const records: Item[] = [];
  const damaged: VmToolsError[] = [];
  for (const name of names.filter((each) => NAME.test(each)).sort()) {
    const path = join(folder, name);
    try {
      records.push(await decode(await readFile(path, 'utf8')));
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') damaged.push(corrupt(path, thrown));
    }
  }
  return { records, damaged };
}
