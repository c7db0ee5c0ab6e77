import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { readSchemas } from './read-schemas.ts';

/** The root of the project. */
export const ROOT = join(import.meta.dirname, '../../..');

/** The folder of the published schemas. */
export const FOLDER = join(ROOT, 'docs/schemas');

/** As they are published: by the names of their files. */
export async function publishedSchemas(): Promise<{
  readonly texts: ReadonlyMap<string, string>;
  readonly without: readonly string[];
}> {
  const { files, without } = await readSchemas(ROOT);
  const texts = await Promise.all(
    [...files].map(async ([file, schema]) => {
      const path = join(FOLDER, file);
      const options = { ...(await resolveConfig(path)), filepath: path };
      return [file, await format(JSON.stringify(schema), options)] as const;
    }),
  );
  return { texts: new Map(texts), without };
}

/** Writes them, and removes those that are none any more. */
export async function writeSchemas(): Promise<{
  readonly files: number;
  readonly without: readonly string[];
}> {
  const { texts, without } = await publishedSchemas();
  await mkdir(FOLDER, { recursive: true });
  for (const file of await readdir(FOLDER))
    if (file.endsWith('.json') && !texts.has(file)) await rm(join(FOLDER, file));
  for (const [file, text] of texts) await writeFile(join(FOLDER, file), text);
  return { files: texts.size, without };
}
