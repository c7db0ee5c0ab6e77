import type { Disk } from '../config/devices/disk.ts';
import type { Network } from '../config/devices/network.ts';
import { FIRST_POOL } from '../cpupools/named-pool.ts';
import { vdevNumber } from '../config/devices/vdev.ts';
import { toLibxlDisk } from './devices/disk.ts';
import type { Scheduling } from '../scheduling/scheduling.ts';
import { NO_MAC, toLibxlNic } from './devices/nic.ts';
import { writeScheduling } from './scheduling.ts';

/** The facts that may have changed since a configuration was written down. */
export interface LibxlFacts {
  readonly name?: string | undefined;
  readonly uuid?: string | undefined;
  readonly memoryKib?: number | undefined;
  readonly maxMemoryKib?: number | undefined;
  /** Their addresses, for those that had none. */
  readonly networks?: readonly { readonly mac?: string }[] | undefined;
  /** Those that it has, by kind and id: libxl leaves one in its JSON that has been unplugged. */
  readonly devices?: readonly { readonly kind: string; readonly id: string }[] | undefined;
  /** One that it gets, in the place of one of the same number. */
  readonly added?: AddedDevice | undefined;
  /** One that it loses. */
  readonly removed?: { readonly kind: string; readonly id: string } | undefined;
  /** The cpupool in which it runs; undefined leaves what is written. */
  readonly pool?: string | undefined;
  /** The operator has said where it is to run; libxl is not to choose. */
  readonly isPlacedAnew?: boolean | undefined;
  /** All of it, as it is now. */
  readonly scheduling?: Scheduling | undefined;
}

/** A device that comes while its domain runs. */
export type AddedDevice = { readonly disk: Disk } | { readonly network: Network & { readonly id: number } };

interface LibxlConfig {
  c_info?: Record<string, unknown>;
  b_info?: Record<string, unknown>;
  disks?: unknown;
  nics?: unknown;
}

/**
 * libxl's JSON with these facts, and with all else as it was: it may come from another toolstack, or from another
 * release of Xen, and have keys that these tools know nothing of.
 *
 * @returns the text itself where there is nothing to change, or where it is no JSON of a domain
 */
export function updateLibxlJson(json: string, facts: LibxlFacts): string {
  const config = parse(json);
  if (!isObject(config?.c_info) || !isObject(config.b_info)) return json;
  const before = JSON.stringify(config);
  set(config.c_info, 'name', facts.name);
  set(config.c_info, 'uuid', facts.uuid);
  setPool(config.c_info, facts.pool);
  set(config.b_info, 'target_memkb', facts.memoryKib);
  set(config.b_info, 'max_memkb', facts.maxMemoryKib);
  if (Array.isArray(config.nics)) setMacs(config.nics, facts.networks ?? []);
  if (facts.isPlacedAnew === true) config.b_info['numa_placement'] = 'False';
  if (facts.scheduling !== undefined) writeScheduling(config.b_info, facts.scheduling);
  const { devices, added, removed } = facts;
  if (devices !== undefined)
    keepDevices(config, (kind, id) => devices.some((device) => device.kind === kind && device.id === id));
  if (removed !== undefined) keepDevices(config, (kind, id) => kind !== removed.kind || id !== removed.id);
  if (added !== undefined) addDevice(config, added);
  return JSON.stringify(config) === before ? json : JSON.stringify(config, null, 4);
}

function keepDevices(config: LibxlConfig, isKept: (kind: string, id: string) => boolean): void {
  if (Array.isArray(config.disks))
    config.disks = config.disks.filter(
      (disk) => isObject(disk) && isKept('vbd', String(vdevNumber(String(disk['vdev'])))),
    );
  if (!Array.isArray(config.nics)) return;
  // One without a number has that of its place, which it would not have without those before it.
  const numbered = config.nics.filter(isObject).map((nic, place) => ({ devid: place, ...nic }));
  const kept = numbered.filter(({ devid }) => isKept('vif', String(devid)));
  if (kept.length < config.nics.length) config.nics = kept;
}

function addDevice(config: LibxlConfig, added: AddedDevice): void {
  const [disks, nics] = [config.disks, config.nics].map((list): unknown[] =>
    Array.isArray(list) ? list : [],
  );
  if ('disk' in added) config.disks = [...(disks ?? []), toLibxlDisk(added.disk)];
  else config.nics = [...(nics ?? []), toLibxlNic(added.network, added.network.id)];
}

function set(into: Record<string, unknown>, key: string, value: string | number | undefined): void {
  if (value !== undefined) into[key] = value;
}

/** A domain in the pool of dom0 need not say so; libxl goes by the name before it goes by the number. */
function setPool(into: Record<string, unknown>, pool: string | undefined): void {
  if (pool === undefined || (pool === FIRST_POOL && into['pool_name'] === undefined)) return;
  into['pool_name'] = pool;
}

function setMacs(nics: readonly unknown[], networks: NonNullable<LibxlFacts['networks']>): void {
  for (const [place, nic] of nics.entries())
    if (isObject(nic) && (nic['mac'] === undefined || nic['mac'] === NO_MAC))
      set(nic, 'mac', networks[place]?.mac);
}

function parse(json: string): LibxlConfig | undefined {
  try {
    return JSON.parse(json) as LibxlConfig;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
