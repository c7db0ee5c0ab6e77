import { chown, mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { layout } from './layout.ts';

/** Another user than root, who only built a folder, may work here: the folders become the repository owner's. */
export async function giveToOwner(built: string): Promise<void> {
  const { uid, gid } = await stat(layout.repository);
  const shared = [layout.images, layout.guests, layout.initramfs, layout.run, join(layout.images, '..')];
  for (const folder of shared) await mkdir(folder, { recursive: true });
  const paths = [...shared, built, ...(await readdir(built)).map((name) => join(built, name))];
  for (const path of paths) await chown(path, uid, gid);
}
