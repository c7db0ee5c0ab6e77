import { runChildStrictly } from '@vm-tools/lab';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A line of `dpkg-deb --contents`. */
export interface Entry {
  /** e.g. "drwx------" */
  readonly mode: string;
  readonly owner: string;
  readonly bytes: number;
  /** of a link, what it leads to */
  readonly target: string | undefined;
}

/** All that a package has, by path: "/usr/bin/vm-list"; a folder without a slash at its end. */
export async function contents(path: string): Promise<ReadonlyMap<string, Entry>> {
  const lines = (await runChildStrictly('dpkg-deb', ['--contents', path])).trimEnd().split('\n');
  return new Map(
    lines.map((line) => {
      const [, mode = '', owner = '', bytes, named = ''] =
        /^(\S+) (\S+)\s+(\d+) \S+ \S+ \.(.*)$/.exec(line) ?? [];
      const [name = '', target] = named.split(' -> ');
      return [name.replace(/\/$/, ''), { mode, owner, bytes: Number(bytes), target }];
    }),
  );
}

/** What a package says to dpkg: `control`, `conffiles`, and its scripts, by their names. */
export async function controlFiles(path: string): Promise<ReadonlyMap<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'control-'));
  try {
    await runChildStrictly('dpkg-deb', ['--control', path, folder]);
    const names = await readdir(folder);
    const read = async (name: string) => [name, await readFile(join(folder, name), 'utf8')] as const;
    return new Map(await Promise.all(names.map(read)));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The value of a field of its control file. */
export function field(control: ReadonlyMap<string, string>, name: string): string {
  return new RegExp(`^${name}: (.*)$`, 'm').exec(control.get('control') ?? '')?.[1] ?? '';
}
