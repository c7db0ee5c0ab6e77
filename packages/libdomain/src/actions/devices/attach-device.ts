import type { StoreAccess } from '@vm-tools/xenstore';
import { randomMac } from '../../config/devices/mac.ts';
import type { Disk } from '../../config/devices/disk.ts';
import type { Network } from '../../config/devices/network.ts';
import type { DomainConfig } from '../../config/schema.ts';
import { awaitBackend } from '../../devices/backend/await-backend.ts';
import { awaitConnected } from '../../devices/backend/await-connected.ts';
import { backendDomid } from '../../devices/backend/backend-domid.ts';
import type { DeviceKind, PluggableDevice } from '../../devices/kind.ts';
import { listDevices, type Device } from '../../devices/nodes/list-devices.ts';
import { plugIn } from '../../devices/plug-in.ts';
import { endQemu } from '../../devices/qemu/end.ts';
import { findQemu } from '../../devices/qemu/find.ts';
import { isForQemu } from '../../devices/qemu/needs-qemu.ts';
import { qemuLogPath } from '../../devices/qemu/paths.ts';
import { startQemu } from '../../devices/qemu/start.ts';
import { removeDevice } from '../../devices/remove-device.ts';
import { requireBridge } from '../../devices/require/require-bridge.ts';
import { requireDisk } from '../../devices/disks/require-disk.ts';
import { lowestFreeId, requireMacFree, requireNumberFree } from '../../devices/require/require-free.ts';
import { deviceName, requireDeviceOwner, type DeviceOwner } from '../../devices/subject.ts';
import { planDisk, VBD } from '../../devices/kinds/vbd.ts';
import { planNetwork, VIF } from '../../devices/kinds/vif.ts';
import { deviceAt, type NewDevice } from '../../devices/nodes/write-device.ts';
import type { Domain } from '../../domain.ts';
import { guestError } from '../../guest-error.ts';
import { gone } from '../../guest/requirements.ts';
import { holdDomain, type HoldOptions } from '../../hold/hold-domain.ts';
import type { Host } from '../../host.ts';
import { updateLibxlJson, type AddedDevice } from '../../image-config/index.ts';
import { domainPath } from '../../paths.ts';
import { pipeline, type Pipeline } from '../../step/pipeline.ts';
import { runPipeline, type RunOptions } from '../../step/run.ts';
import type { Step } from '../../step/step.ts';
import { readStoredConfig } from '../../stored-config.ts';
import { updateUserdata } from '../../userdata.ts';
import { refuseDom0 } from '../not-dom0.ts';

const DEFAULT_TIMEOUT_MS = 60_000;

/** A device that a domain is to get; a network device without a number or an address gets them. */
export type WantedDevice = { readonly disk: Disk } | { readonly network: Network };

/** Whether the guest is waited for. */
export interface AttachOptions extends HoldOptions, Omit<RunOptions, 'signal'> {
  /** Wait until the guest uses it. @default false */
  readonly wait?: boolean;
  /** How long the guest may take. @default 60 s */
  readonly timeoutMs?: number;
}

/** A device that a domain has got. */
export type AttachedDevice =
  | { readonly kind: 'vbd'; readonly id: string; readonly vdev: string }
  | { readonly kind: 'vif'; readonly id: string; readonly mac: string };

/** The device with all that is known of it before it is there. */
interface Plan {
  readonly kind: DeviceKind;
  readonly planned: PluggableDevice;
  readonly fresh: NewDevice;
  readonly device: Device;
  /** e.g. "the disk xvdb" */
  readonly what: string;
  readonly added: AddedDevice;
  readonly needsQemu: boolean;
  readonly attached: AttachedDevice;
}

/**
 * Gives a running domain another disk or network device: all of it or nothing. A qemu is started where the disk needs
 * one and none runs. It is kept with the domain: a save, a restart and xl know of it. The domain is held while the
 * device is made, not while the guest finds it.
 *
 * @throws DOMAIN_DEVICE_EXISTS: it has one of this number or address; DOMAIN_DEVICE_UNSUPPORTED: its type has none;
 *   DOMAIN_DISK_…, DOMAIN_NO_BRIDGE, DOMAIN_NO_DRIVER_DOMAIN; DOMAIN_DEVICE_NO_BACKEND, DOMAIN_DEVICE_SCRIPT,
 *   DOMAIN_NO_DEVICE_MODEL; DOMAIN_DEVICE_NOT_CONNECTED: it stays attached; DOMAIN_PAUSED: its guest cannot connect it;
 *   DOMAIN_NOT_RUNNING, DOMAIN_SUSPENDED, DOMAIN_UNKNOWN; and as `holdDomain`
 */
export async function attachDevice(
  host: Host,
  domain: Pick<Domain, 'domid' | 'uuid' | 'name'>,
  wanted: WantedDevice,
  options: AttachOptions = {},
): Promise<AttachedDevice> {
  refuseDom0(domain, 'given devices from here');
  const { wait = false, timeoutMs = DEFAULT_TIMEOUT_MS, signal } = options;
  let done: Plan | undefined;
  try {
    {
      await using _held = await holdDomain(host, domain, options);
      const owner = await requireDeviceOwner(host, domain, wait);
      const plan = await planDevice(host, owner, wanted);
      await runPipeline(planAttach(owner, plan), host, options);
      done = plan;
    }
    const { device, what, attached } = done;
    if (wait) await awaitConnected(host, domain, device, { timeoutMs, signal, what });
    return attached;
  } catch (thrown) {
    throw await guestError(host, domain, thrown, {
      doing: `attaching a device to ${domain.name}`,
      hint: done === undefined ? 'attach it again' : 'it is attached: detach it if it is not wanted',
      ...(done === undefined ? {} : { leftovers: [`${done.what}, attached`] }),
    });
  }
}

/** Looks at all that can be refused, and makes up what is not said. */
async function planDevice(host: Host, owner: DeviceOwner, wanted: WantedDevice): Promise<Plan> {
  const devices = await listDevices(host.store, owner.domid);
  const added = 'disk' in wanted ? wanted : { network: completed(wanted.network, devices) };
  const kind = 'disk' in added ? VBD : VIF;
  const planned =
    'disk' in added ? planDisk(added.disk, owner) : planNetwork(added.network, added.network.id);
  const fresh: NewDevice = {
    domid: owner.domid,
    kind: kind.name,
    id: planned.id,
    backendDomid: await backendDomid(host, planned.backend),
    nodes: planned.nodes(),
  };
  const device = deviceAt(fresh);
  await requireNumberFree(host.store, device);
  const common = { kind, planned, fresh, device, added };
  if ('disk' in added) {
    const { vdev } = added.disk;
    await requireDisk(host, added.disk);
    const needsQemu = isForQemu(added.disk);
    const attached = { kind: 'vbd', id: planned.id, vdev } as const;
    return { ...common, what: deviceName(device, vdev), needsQemu, attached };
  }
  await requireMacFree(host.store, devices, added.network);
  await requireBridge(host, added.network);
  const attached = { kind: 'vif', id: planned.id, mac: added.network.mac } as const;
  return { ...common, what: deviceName(device), needsQemu: false, attached };
}

function completed(
  network: Network,
  devices: readonly Device[],
): Network & { readonly id: number; readonly mac: string } {
  return { ...network, id: network.id ?? lowestFreeId(devices), mac: network.mac ?? randomMac() };
}

/**
 * It is written down first, as libxl does: a reader drops what stands there and has no nodes, so a crash behind it
 * leaves nothing half made. The other way round a crash would leave a disk that the guest uses and that a save forgets.
 */
function planAttach(owner: DeviceOwner, plan: Plan): Pipeline<object> {
  return pipeline('vm-attach', {})
    .step(storedConfig(owner, plan))
    .step(deviceNodes(owner, plan))
    .when(plan.needsQemu, qemuOfDisk(owner, plan));
}

function storedConfig(owner: DeviceOwner, { device, added }: Plan): Step<object> {
  const { kind, id } = device;
  return {
    name: 'stored-config',
    about: () => 'write it down with the configuration of the domain',
    async run({ host, signal }) {
      const devices = await listDevices(host.store, owner.domid);
      await updateUserdata(host, owner, (json) => updateLibxlJson(json, { devices, added }), signal);
      return {};
    },
    async undo({ host }) {
      await updateUserdata(host, owner, (json) => updateLibxlJson(json, { removed: { kind, id } }));
    },
    leaves: () => `${kind} ${id} in the stored configuration`,
  };
}

function deviceNodes(owner: DeviceOwner, { kind, planned, fresh, device }: Plan): Step<object> {
  return {
    name: planned.name,
    about: () => planned.about,
    async run({ host, signal }) {
      const plug = {
        kind,
        fresh,
        step: planned.name,
        async check(tx: StoreAccess) {
          // A plain write would make the tree of a domain that is gone anew.
          if ((await tx.read(domainPath(owner.domid))) === undefined) throw gone(owner, 'destroyed');
          await requireNumberFree(tx, device);
        },
      };
      await plugIn(host, plug, signal);
      return {};
    },
    undo: ({ host }) => removeDevice(host, device, kind),
    leaves: () => device.backend,
  };
}

/** What else a new qemu is to serve: there was one before, which has ended. */
async function otherDevices(
  host: Host,
  owner: DeviceOwner,
): Promise<Pick<DomainConfig, 'framebuffers' | 'channels' | 'shares'>> {
  try {
    const { framebuffers, channels, shares } = await readStoredConfig(host, owner);
    return { framebuffers, channels, shares };
  } catch {
    return { framebuffers: [], channels: [], shares: [] }; // which is no reason to do without the disk
  }
}

/** The qemu of a domain finds a new disk by itself, and says so in the state of its backend. */
function qemuOfDisk(owner: DeviceOwner, { device }: Plan): Step<object> {
  const { domid, name } = owner;
  let isStarted = false;
  const end = async (host: Host): Promise<void> => {
    if (isStarted) await endQemu(host, domid, 'at-once');
    isStarted = false;
  };
  return {
    name: 'device-model',
    about: () => 'have a qemu serve it',
    async run({ host, signal }) {
      if ((await findQemu(host, domid)) === undefined) {
        // Its disk is waited for below.
        await startQemu(host, { ...owner, ...(await otherDevices(host, owner)), disks: [] }, signal);
        isStarted = true;
      }
      try {
        await awaitBackend(host, device, `see the log of its qemu, ${qemuLogPath(host, name)}`, signal);
      } catch (thrown) {
        await end(host);
        throw thrown;
      }
      return {};
    },
    undo: ({ host }) => end(host),
    leaves: () => `the qemu of domain ${domid}`,
  };
}
