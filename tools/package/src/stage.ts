import { makeBundle } from '@vm-tools/bundle';
import { writeManual } from '@vm-tools/manual';
import { FLOOR } from '@vm-tools/errors/node-version';
import { copyFile, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { debianChangelog } from './changelog.ts';
import type { PackageVersion } from './version.ts';

const require = createRequire(import.meta.url);
const DEBIAN = join(import.meta.dirname, '../debian');

/**
 * Lays out the source package from which debhelper builds: the folder debian/, the bundle, the manual, and the Node of this
 * processor from npm.
 *
 * @param folder emptied first
 */
export async function stage(root: string, folder: string, version: PackageVersion): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  const [bundle, debian] = [join(folder, 'bundle'), join(folder, 'debian')];
  await mkdir(bundle, { recursive: true });
  await makeBundle({ root, folder: bundle });
  await writeManual(join(folder, 'manual'));
  await cp(DEBIAN, debian, { recursive: true });
  await copyFile(join(root, 'CHANGELOG.md'), join(folder, 'CHANGELOG.md'));
  for (const part of ['ocf', 'bin', 'man'])
    await cp(join(root, 'packages/pool-agent', part), join(folder, 'pool-agent', part), { recursive: true });
  // Their names in debian/ say of which package they are; debian/rules says of each what happens to it, and when.
  for (const unit of await readdir(join(bundle, 'systemd')))
    await copyFile(join(bundle, 'systemd', unit), join(debian, `vm-tools.${unit}`));
  await writeFile(join(debian, 'changelog'), debianChangelog(version, await maintainer()));
  await stageNode(folder);
}

/** Node, its licence, and what debian/rules has to know of it. */
async function stageNode(folder: string): Promise<void> {
  const path = require.resolve(`node-linux-${process.arch}/package.json`);
  const { version } = require(path) as { version: string };
  await copyFile(join(dirname(path), 'bin/node'), join(folder, 'node'));
  const licence = await readFile(join(dirname(path), 'LICENSE'), 'utf8');
  const intro = `Node ${version} as the npm package node-linux-${process.arch} has it, without its symbols.\n\n`;
  await writeFile(join(folder, 'debian/vm-tools-node.copyright'), intro + licence);
  await writeFile(join(folder, 'debian/facts.mk'), `NODE_VERSION = ${version}\nNODE_FLOOR = ${FLOOR}\n`);
}

async function maintainer(): Promise<string> {
  const control = await readFile(join(DEBIAN, 'control'), 'utf8');
  return /^Maintainer: (.*)$/m.exec(control)?.[1] ?? '';
}
