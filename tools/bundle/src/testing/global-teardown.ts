import { removeRunFolder } from './run-folder.ts';

/** Leaves nothing of a test run behind, also when tests have failed; and says what they had left. */
export default async function tearDown(): Promise<void> {
  const folder = process.env['TMPDIR'];
  if (folder === undefined) return;
  const { processes, files } = await removeRunFolder(folder);
  for (const line of processes) console.warn(`left running, and ended now: ${line}`);
  const [first] = files;
  if (first !== undefined)
    console.warn(`left behind, and removed now: ${files.length} files, such as ${first}`);
}
