import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DeviceCounters, DiskCounters, NetworkCounters } from '../dom0.ts';

const BACKENDS = 'sys/bus/xen-backend/devices';
/** Disks that are read at the same time, four files each: a host may have thousands, and a process few descriptors. */
const AT_ONCE = 32;
/** Fields of a line of /proc/net/dev behind the name: what the backend receives, the guest has sent. */
const [SENT_BYTES, RECEIVED_BYTES] = [0, 8];

/** A device of a guest, as the kernel names its backend: "vbd-7-51712". */
interface Backend {
  readonly name: string;
  readonly kind: string;
  readonly domid: number;
  readonly id: number;
}

/** As xentop finds them: netback counts in /proc/net/dev, blkback in files of sysfs. @param root where both are */
export async function deviceCounters(root = '/'): Promise<DeviceCounters> {
  const names = await readdir(join(root, BACKENDS)).catch(() => []); // no driver of Xen's has been loaded
  const backends = names.flatMap((name) => asBackend(name) ?? []);
  const [networks, disks] = await Promise.all([
    readNetworks(
      root,
      backends.filter(({ kind }) => kind === 'vif'),
    ),
    readDisks(
      root,
      backends.filter(({ kind }) => kind === 'vbd'),
    ),
  ]);
  return { networks, disks };
}

function asBackend(name: string): Backend | undefined {
  const [, kind, domid, id] = /^([a-z]+)-(\d{1,5})-(\d{1,10})$/.exec(name) ?? [];
  return kind === undefined ? undefined : { name, kind, domid: Number(domid), id: Number(id) };
}

async function readNetworks(root: string, vifs: readonly Backend[]): Promise<NetworkCounters[]> {
  if (vifs.length === 0) return [];
  const lines = linesByDevice(await readFile(join(root, 'proc/net/dev'), 'utf8').catch(() => ''));
  const counters = await Promise.all(
    vifs.map(async ({ name, domid, id }) => {
      const fields = lines.get(`vif${domid}.${id}`) ?? lines.get(await renamedTo(root, name));
      const [receivedBytes, sentBytes] = [fields?.[RECEIVED_BYTES], fields?.[SENT_BYTES]];
      return receivedBytes === undefined || sentBytes === undefined
        ? []
        : [{ domid, id, receivedBytes, sentBytes }];
    }),
  );
  return counters.flat();
}

function linesByDevice(text: string): ReadonlyMap<string, readonly number[]> {
  const named = text.split('\n').flatMap((line) => {
    const [, name, rest] = /^\s*(\S+):\s*(\d[\d\s]*)$/.exec(line) ?? [];
    return name === undefined || rest === undefined ? [] : [[name, rest] as const];
  });
  return new Map(named.map(([name, rest]) => [name, rest.trim().split(/\s+/).map(Number)]));
}

/** A script may have given it the name of the configuration (`vifname`), which only its backend knows. */
async function renamedTo(root: string, backend: string): Promise<string> {
  const [name = ''] = await readdir(join(root, BACKENDS, backend, 'net')).catch(() => []); // it has just gone
  return name;
}

async function readDisks(root: string, vbds: readonly Backend[]): Promise<DiskCounters[]> {
  const counters: DiskCounters[] = [];
  for (let at = 0; at < vbds.length; at += AT_ONCE) {
    const read = await Promise.all(vbds.slice(at, at + AT_ONCE).map((vbd) => readDisk(root, vbd)));
    counters.push(...read.flat());
  }
  return counters;
}

/** @returns none for one that has just gone, or was not connected yet */
async function readDisk(root: string, { name, domid, id }: Backend): Promise<DiskCounters[]> {
  const folder = join(root, BACKENDS, name, 'statistics');
  const [reads, writes, readSectors, writtenSectors] = await Promise.all(
    ['rd_req', 'wr_req', 'rd_sect', 'wr_sect'].map((file) => readCount(join(folder, file))),
  );
  if (reads === undefined || writes === undefined) return [];
  if (readSectors === undefined || writtenSectors === undefined) return [];
  return [{ domid, id, reads, writes, readSectors, writtenSectors }];
}

async function readCount(path: string): Promise<number | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return /^\d{1,15}\n?$/.test(text) ? Number(text) : undefined;
}
