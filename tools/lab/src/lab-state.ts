import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hostNames } from './machine/host-name.ts';
import type { Release } from './images/releases.ts';
import type { HostName } from './machine/host-name.ts';
import { labError } from './local/lab-error.ts';
import { labDirectory, layout } from './local/layout.ts';
import { machineRuns } from './machine/machine.ts';

/** The facts about a running host; kept in a file so that any process can use the lab or end it. */
export interface HostState {
  readonly pid: number;
  readonly sshPort: number;
  readonly release: Release;
  /** Folder of its base image. */
  readonly image: string;
}

export interface LabState {
  readonly name: string;
  readonly hosts: Partial<Readonly<Record<HostName, HostState>>>;
}

function stateFile(lab: string): string {
  return join(labDirectory(lab), 'lab.json');
}

/** The written state of a lab, with the hosts that still run; nothing if none does. */
export async function readState(lab: string): Promise<LabState | undefined> {
  const text = await readFile(stateFile(lab), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const state = JSON.parse(text) as LabState;
  const running: Partial<Record<HostName, HostState>> = {};
  for (const name of hostNames) {
    const host = state.hosts[name];
    if (host !== undefined && (await machineRuns(lab, name, host.pid))) running[name] = host;
  }
  return Object.keys(running).length === 0 ? undefined : { ...state, hosts: running };
}

export async function writeState(state: LabState): Promise<void> {
  await mkdir(labDirectory(state.name), { recursive: true });
  const aside = `${stateFile(state.name)}.${process.pid}.new`;
  await writeFile(aside, `${JSON.stringify(state, undefined, 2)}\n`);
  await rename(aside, stateFile(state.name));
}

/** Forgets a lab; its logs stay. */
export async function removeState(lab: string): Promise<void> {
  const directory = labDirectory(lab);
  const names = await readdir(directory).catch(() => []);
  for (const name of names)
    if (name !== 'logs') await rm(join(directory, name), { recursive: true, force: true });
}

/** The labs that have a running host. */
export async function runningLabs(): Promise<LabState[]> {
  const names = await readdir(layout.run).catch(() => []);
  const states = await Promise.all(names.sort().map(readState));
  return states.filter((state) => state !== undefined);
}

export function checkLabName(name: string): void {
  if (/^[a-z0-9][a-z0-9-]{0,30}$/.test(name)) return;
  throw labError({
    code: 'USAGE',
    kind: 'usage',
    message: `"${name}" is no name for a lab: use a-z, 0-9 and -`,
  });
}
