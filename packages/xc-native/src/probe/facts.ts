import * as fs from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

// Every tool asks this, and to load `fs/promises` takes Node as long as all of it.
const access = promisify(fs.access);
const readFile = promisify(fs.readFile);
const readdir = promisify(fs.readdir);
const stat = promisify(fs.stat);

/** The facts about Xen in a host's file system, before anything is loaded or opened. */
export interface HostFacts {
  /** /sys/hypervisor/type, "xen" on a Xen host */
  readonly hypervisor: string | undefined;
  /** /sys/hypervisor/version, "4.17" */
  readonly version: string | undefined;
  /** /proc/xen/capabilities; contains "control_d" in the control domain alone */
  readonly capabilities: string | undefined;
  readonly procXenExists: boolean;
  /** /dev/xen/privcmd, through which hypercalls go */
  readonly privcmd: 'usable' | 'forbidden' | 'missing';
  /** versions of the libxenctrl that are installed, whatever runs */
  readonly installed: readonly string[];
}

const LIBRARY_FOLDERS = ['usr/lib/x86_64-linux-gnu', 'usr/lib64', 'usr/lib', 'usr/local/lib'];

/** @param root '/' or, in tests, a folder that looks like it */
export async function gatherFacts(root: string): Promise<HostFacts> {
  const [hypervisor, version, capabilities, procXenExists, privcmd, installed] = await Promise.all([
    readText(join(root, 'sys/hypervisor/type')),
    readVersion(join(root, 'sys/hypervisor/version')),
    readText(join(root, 'proc/xen/capabilities')),
    exists(join(root, 'proc/xen')),
    probeDevice(join(root, 'dev/xen/privcmd')),
    installedVersions(root),
  ]);
  return { hypervisor, version, capabilities, procXenExists, privcmd, installed };
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch {
    return undefined; // absent or unreadable: both mean that it tells us nothing
  }
}

async function readVersion(folder: string): Promise<string | undefined> {
  const major = await readText(join(folder, 'major'));
  const minor = await readText(join(folder, 'minor'));
  return major === undefined || minor === undefined ? undefined : `${major}.${minor}`;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function probeDevice(path: string): Promise<HostFacts['privcmd']> {
  try {
    await access(path, fs.constants.R_OK | fs.constants.W_OK);
    return 'usable';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'EACCES' || code === 'EPERM' ? 'forbidden' : 'missing';
  }
}

async function installedVersions(root: string): Promise<readonly string[]> {
  const listings = await Promise.all(
    LIBRARY_FOLDERS.map((folder) => readdir(join(root, folder)).catch((): string[] => [])),
  );
  const versions = listings.flat().flatMap((name) => /^libxenctrl\.so\.(\d+\.\d+)$/.exec(name)?.[1] ?? []);
  return [...new Set(versions)].toSorted();
}
