import { messageOf } from '@vm-tools/errors';
import type { DomainInfo, SchedulerName, VcpuAffinity, VcpuInfo } from '@vm-tools/xc-native';
import type { DomainConfig } from '../../config/schema.ts';
import type { Framebuffer } from '../../config/devices/framebuffer.ts';
import { listDevices, type Device } from '../../devices/nodes/list-devices.ts';
import { isServed } from '../../devices/qemu/serves.ts';
import { vncPath } from '../../devices/qemu/viewers.ts';
import { poolOf } from '../../cpupools/pool-of.ts';
import { describeDomain, type Domain } from '../../domain.ts';
import { guestError } from '../../guest-error.ts';
import { vcpusOf } from '../../guest/vcpus.ts';
import { requireThere } from '../../guest/requirements.ts';
import type { Host } from '../../host.ts';
import { fromLibxlJson, updateLibxlJson } from '../../image-config/index.ts';
import { PAGE_BYTES } from '../../memory.ts';
import { domainPath } from '../../paths.ts';
import { readUserdata } from '../../userdata.ts';
import { startedAt } from './started-at.ts';

/** A virtual processor of a domain. */
export interface VcpuDetails extends VcpuInfo, VcpuAffinity {
  readonly id: number;
  /** whether the guest is asked to use it; it may not have answered yet */
  readonly isWanted: boolean;
}

/** The share of processor time that a domain has. */
export interface SchedulerDetails {
  readonly name: SchedulerName;
  /** beside those of other domains; undefined where the scheduler knows none */
  readonly weight?: number;
  /** of one processor, all vCPUs together, in percent; 0: as much as it likes */
  readonly cap?: number;
}

/** A device, and how far both ends of it have come, by the numbers of xenbus: 4 is connected. */
export interface DeviceDetails extends Pick<Device, 'kind' | 'id'> {
  /** undefined while that end has not said */
  readonly frontendState?: number;
  readonly backendState?: number;
  readonly backendDomid?: number;
  /** The process that serves it has ended: whatever its states say, it answers no more. */
  readonly isDead?: true;
}

/** A domain in full, as it was at the time of the look. */
export interface DomainDetails extends Domain {
  /** the memory that the guest is asked to make do with */
  readonly targetKib?: number;
  readonly vcpuList: readonly VcpuDetails[];
  readonly scheduler: SchedulerDetails;
  /** the name of the pool of processors in which it runs */
  readonly cpupool?: string;
  /** ISO 8601; undefined where no toolstack has said */
  readonly startedAt?: string;
  /** set aside for it, and not given yet: undefined when there is nothing */
  readonly claimedKib?: number;
  readonly devices: readonly DeviceDetails[];
  /** Where viewers find its screen: an address and a TCP port. Undefined when there is none. */
  readonly vnc?: { readonly listen: string; readonly port: number };
  /**
   * With its name and its memory of now, without the passwords of screens. Undefined when there is none, or none that can
   * be read here.
   */
  readonly config?: DomainConfig;
  /** Why there is no configuration. */
  readonly configFault?: string;
}

/**
 * All that the host knows of one domain.
 *
 * @throws DOMAIN_UNKNOWN when it is gone
 */
export async function domainInfo(
  host: Host,
  domain: Pick<Domain, 'domid' | 'uuid' | 'name'>,
): Promise<DomainDetails> {
  try {
    const info = await requireThere(host, domain);
    const described = await describeDomain(host.store, info);
    const target = asNumber(await host.store.read(`${domainPath(info.domid)}/memory/target`));
    const [vcpuList, scheduling, devices, vnc, started, config] = await Promise.all([
      Promise.all(vcpusOf(info).map((vcpu) => describeVcpu(host, info, vcpu))),
      describeScheduler(host, info),
      describeDevices(host, info),
      describeViewers(host, info),
      startedAt(host, info.uuid),
      readConfig(host, described, target),
    ]);
    const claimed = (info.outstandingPages * PAGE_BYTES) / 1024;
    const known = {
      ...(target === undefined ? {} : { targetKib: target }),
      ...(claimed === 0 ? {} : { claimedKib: claimed }),
      ...(started === undefined ? {} : { startedAt: started }),
    };
    return { ...described, ...known, vcpuList, ...scheduling, devices, ...vnc, ...config };
  } catch (thrown) {
    throw await guestError(host, domain, thrown, {
      doing: `looking at ${domain.name}`,
      hint: 'look again',
    });
  }
}

async function describeVcpu({ xen, store }: Host, { domid }: DomainInfo, id: number): Promise<VcpuDetails> {
  const [info, affinity, wanted] = await Promise.all([
    xen.vcpuGetinfo(domid, id),
    xen.vcpuGetaffinity(domid, id),
    store.read(`${domainPath(domid)}/cpu/${id}/availability`),
  ]);
  return { id, isWanted: wanted !== 'offline', ...info, ...affinity };
}

async function describeScheduler(
  host: Host,
  info: DomainInfo,
): Promise<Pick<DomainDetails, 'scheduler' | 'cpupool'>> {
  const { xen } = host;
  const { domid } = info;
  const pool = await poolOf(host, info);
  const name = pool?.scheduler ?? 'unknown';
  const known = pool === undefined ? {} : { cpupool: pool.name };
  if (name !== 'credit' && name !== 'credit2') return { scheduler: { name }, ...known };
  const [weight, cap] = await Promise.all([xen.domainGetWeight(domid), xen.domainGetCap(domid)]);
  return { scheduler: { name, weight, cap }, ...known };
}

async function describeDevices(host: Host, { domid }: DomainInfo): Promise<DeviceDetails[]> {
  const { store } = host;
  const devices = await listDevices(store, domid);
  return Promise.all(
    devices.map(async (device) => {
      const { kind, id, frontend, backend } = device;
      const [frontendState, backendState, backendDomid, isAlive] = await Promise.all([
        readNumber(store, `${frontend}/state`),
        readNumber(store, `${backend}/state`),
        readNumber(store, `${frontend}/backend-id`),
        isServed(host, device),
      ]);
      return {
        kind,
        id,
        ...(frontendState === undefined ? {} : { frontendState }),
        ...(backendState === undefined ? {} : { backendState }),
        ...(backendDomid === undefined ? {} : { backendDomid }),
        ...(isAlive ? {} : { isDead: true as const }),
      };
    }),
  );
}

async function describeViewers({ store }: Host, { domid }: DomainInfo): Promise<Pick<DomainDetails, 'vnc'>> {
  const listen = await store.read(vncPath(domid, 'listen'));
  const port = await readNumber(store, vncPath(domid, 'port'));
  return listen === undefined || port === undefined ? {} : { vnc: { listen, port } };
}

/** What is kept of a screen where all that is known of a domain is told. */
function withoutPassword({ vncPassword: _, ...framebuffer }: Framebuffer): Framebuffer {
  return framebuffer;
}

/** What cannot be read here is no reason to say nothing of the rest: it may be of xl, or of a newer release. */
async function readConfig(
  host: Host,
  domain: Domain,
  memoryKib: number | undefined,
): Promise<Pick<DomainDetails, 'config' | 'configFault'>> {
  if (domain.domid === 0) return {};
  try {
    const { name, uuid, maxMemoryKib } = domain;
    const facts = { uuid, memoryKib, maxMemoryKib, ...(name === '' ? {} : { name }) };
    const json = updateLibxlJson(await readUserdata(host, domain), facts);
    const config = fromLibxlJson(json, { isHere: true });
    return { config: { ...config, framebuffers: config.framebuffers.map(withoutPassword) } };
  } catch (thrown) {
    return { configFault: messageOf(thrown) };
  }
}

async function readNumber(store: Host['store'], path: string): Promise<number | undefined> {
  return asNumber(await store.read(path));
}

/** A guest may write anything into its own nodes. */
function asNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
