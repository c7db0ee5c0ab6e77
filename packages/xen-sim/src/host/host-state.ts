import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { DomainInfo } from '@vm-tools/xc-native';
import type { MemoryXenstored } from '@vm-tools/xenstore/server';
import type { BridgePort, LoopDevice, QemuRecord, SimDom0 } from '../dom0/index.ts';
import type { Machine } from '../machine/index.ts';

/** The facts about a domain that do not change while it only runs. */
export interface DomainRecord extends Omit<DomainInfo, 'cpuTimeNs' | 'isBlocked' | 'isRunning'> {
  /** port and the domain that it is for */
  readonly evtchns: readonly (readonly [port: number, remoteDomid: number])[];
}

/** All that there is on a host. Two of them are equal when nothing was left behind. */
export interface HostState {
  /** as `xenstore-ls -fp` prints them */
  readonly nodes: readonly string[];
  readonly domains: readonly DomainRecord[];
  readonly freePages: number;
  readonly outstandingPages: number;
  /** below the root of the host, without logs */
  readonly files: readonly string[];
  readonly loops: readonly Pick<LoopDevice, 'path' | 'file'>[];
  readonly bridgePorts: readonly BridgePort[];
  readonly qemus: readonly QemuRecord[];
}

/** The parts of a host that its state is made of. */
export interface HostParts {
  readonly machine: Machine;
  readonly xenstored: MemoryXenstored;
  readonly dom0: SimDom0;
  readonly root: string;
}

export async function hostState({ machine, xenstored, dom0, root }: HostParts): Promise<HostState> {
  const { freePages, outstandingPages } = machine.physinfo();
  const domains = machine
    .domainGetinfolist()
    .map(({ cpuTimeNs: _cpu, isBlocked: _blocked, isRunning: _running, ...info }) => ({
      ...info,
      evtchns: [...(machine.domains.get(info.domid)?.evtchns ?? [])],
    }));
  return {
    nodes: xenstored.dump(),
    domains,
    freePages,
    outstandingPages,
    files: await listFiles(root),
    loops: dom0.loops.map(({ path, file }) => ({ path, file })),
    bridgePorts: dom0.bridgePorts,
    qemus: dom0.qemus,
  };
}

async function listFiles(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => !path.startsWith('var/log/'))
    .sort();
}
