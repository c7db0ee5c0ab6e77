import { constants, open, readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { messageOf } from '@vm-tools/errors';
import type { LoopDevice } from '../dom0.ts';
import { loopStays } from '../errors.ts';

const LOOP = /^loop\d+$/;

/** Where the kernel tells of block devices, where their nodes are, and where losetup is. */
export interface LoopFolders {
  readonly sys: string;
  readonly dev: string;
  readonly programs?: string;
}

const FOLDERS: LoopFolders = { sys: '/sys/block', dev: '/dev', programs: '/usr/sbin:/sbin' };

/** Those that have a file: the kernel keeps others in store. */
export async function listLoops(folders = FOLDERS): Promise<readonly LoopDevice[]> {
  const names = (await readdir(folders.sys).catch(() => [])).filter((name) => LOOP.test(name));
  const found = await Promise.all(names.map((name) => loopAt(name, folders)));
  return found.flatMap((loop) => loop ?? []);
}

/** Undefined where it has no file, and for a path that is no loop device's. */
export async function lookAtLoop(path: string, folders = FOLDERS): Promise<LoopDevice | undefined> {
  const name = basename(path);
  return LOOP.test(name) && path === join(folders.dev, name) ? loopAt(name, folders) : undefined;
}

async function loopAt(name: string, { sys, dev }: LoopFolders): Promise<LoopDevice | undefined> {
  const tell = async (attribute: string): Promise<string | undefined> =>
    readFile(join(sys, name, attribute), 'utf8').then(
      (text) => text.replace(/\n$/, ''),
      () => undefined,
    );
  const [file, sequence, ...parts] = await Promise.all([
    tell('loop/backing_file'),
    tell('diskseq'),
    ...['offset', 'sizelimit', 'autoclear', 'partscan'].map((attribute) => tell(`loop/${attribute}`)),
  ]);
  if (file === undefined || file === '') return undefined;
  const path = join(dev, name);
  return {
    path,
    file,
    sequence: sequence ?? '',
    isPlain: parts.every((value) => value === '0'),
    isInUse: await isInUse(path),
  };
}

/** The kernel gives none for itself to a second one: what is mounted is so. What cannot be tried is in use. */
async function isInUse(path: string): Promise<boolean> {
  try {
    await using _opened = await open(path, constants.O_RDONLY | constants.O_EXCL);
    return false;
  } catch {
    return true;
  }
}

/** @throws DOM0_LOOP_STAYS */
export async function detachLoop(
  { path, sequence }: Pick<LoopDevice, 'path' | 'sequence'>,
  folders = FOLDERS,
): Promise<void> {
  const loop = await loopAt(basename(path), folders);
  if (loop === undefined || loop.sequence !== sequence) return;
  if (loop.isInUse) throw loopStays(path, 'something has it for itself');
  const { execFile } = await import('node:child_process');
  const env = { ...process.env, PATH: [folders.programs, process.env['PATH']].join(':') };
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  execFile('losetup', ['-d', path], { env }, (cause, _stdout, stderr) => {
    if (cause === null) resolve(undefined);
    else reject(loopStays(path, stderr.trim() || messageOf(cause), cause));
  });
  await promise;
}
