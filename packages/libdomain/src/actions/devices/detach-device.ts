import { VmToolsError } from '@vm-tools/errors';
import { vdevNumber } from '../../config/devices/vdev.ts';
import { askToLetGo } from '../../devices/backend/ask-to-let-go.ts';
import { listDevices, type Device } from '../../devices/nodes/list-devices.ts';
import { endQemu } from '../../devices/qemu/end.ts';
import { isOfQemu, needsItsQemu } from '../../devices/qemu/serves.ts';
import { removeDeviceNodes } from '../../devices/nodes/remove-device-nodes.ts';
import { deviceName, requireDeviceOwner } from '../../devices/subject.ts';
import { VBD } from '../../devices/kinds/vbd.ts';
import { VIF } from '../../devices/kinds/vif.ts';
import type { Domain } from '../../domain.ts';
import { guestError } from '../../guest-error.ts';
import { holdDomain, type HoldOptions } from '../../hold/hold-domain.ts';
import type { Host } from '../../host.ts';
import { updateLibxlJson } from '../../image-config/index.ts';
import { updateUserdata } from '../../userdata.ts';
import { refuseDom0 } from '../not-dom0.ts';

const DEFAULT_TIMEOUT_MS = 10_000;

/** A device of a domain: a disk by its name or number, a network device by its address or number. */
export type DeviceSelector =
  { readonly vdev: string | number } | { readonly mac: string } | { readonly id: number };

/** Whether the guest is asked, and for how long it is waited for. */
export interface DetachOptions extends HoldOptions {
  /** Take it away without asking the guest, which may be using it. @default false */
  readonly force?: boolean;
  /** How long the guest may take to let go of it. @default 10 s */
  readonly timeoutMs?: number;
}

/** A device that a domain has lost. */
export interface DetachedDevice {
  readonly kind: 'vbd' | 'vif';
  readonly id: string;
  /** "forced": the guest was not asked */
  readonly how: 'released' | 'forced';
}

type Identity = Pick<Domain, 'domid' | 'uuid' | 'name'>;
type KnownDevice = Device & { readonly kind: DetachedDevice['kind']; readonly words: readonly string[] };

/**
 * Takes a disk or a network device away from a running domain. Its guest is asked to let go of it first; one that does
 * not in time keeps it, and may still let go. What failed in the middle is finished by doing it again: the nodes by
 * which the device is found go last.
 *
 * @throws DOMAIN_NO_DEVICE with those that are there; DOMAIN_DEVICE_IN_USE; DOMAIN_PAUSED: its guest cannot let go;
 *   DOMAIN_DEVICE_UNSUPPORTED, DOMAIN_NOT_RUNNING, DOMAIN_SUSPENDED, DOMAIN_UNKNOWN; and as `holdDomain`
 */
export async function detachDevice(
  host: Host,
  domain: Identity,
  which: DeviceSelector,
  options: DetachOptions = {},
): Promise<DetachedDevice> {
  refuseDom0(domain, 'robbed of devices from here');
  const { force = false, timeoutMs = DEFAULT_TIMEOUT_MS, signal } = options;
  let left: string | undefined;
  try {
    await using _held = await holdDomain(host, domain, options);
    const owner = await requireDeviceOwner(host, domain, !force);
    const device = await findDevice(host, owner, which);
    const what = deviceName(device, device.words[0]);
    left = `${what}, which the guest may let go of yet, having been asked to`;
    if (!force) await askToLetGo(host, domain, device, { timeoutMs, signal, what });
    left = `${what}, half detached: ${device.backend}`;
    await takeAway(host, domain, device, signal);
    return { kind: device.kind, id: device.id, how: force ? 'forced' : 'released' };
  } catch (thrown) {
    const isKept = thrown instanceof VmToolsError && thrown.code === 'DOMAIN_DEVICE_IN_USE';
    throw await guestError(host, domain, thrown, {
      doing: `detaching a device of ${domain.name}`,
      hint: 'detach it again: it goes on where it stopped',
      leftovers: isKept || left === undefined ? [] : [left],
    });
  }
}

/** Each part may be done already. */
async function takeAway(
  host: Host,
  domain: Identity,
  device: KnownDevice,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { domid } = domain;
  const { kind, id } = device;
  await (kind === 'vbd' ? VBD : VIF).unplug(host, device, signal);
  if (isOfQemu(device) && !(await hasOthersOfQemu(host, domid, device)))
    await endQemu(host, domid, 'orderly');
  // libxl leaves it there, and a guest that restarts would have it again.
  await updateUserdata(host, domain, (json) => updateLibxlJson(json, { removed: { kind, id } }), signal);
  await host.store.transaction((tx) => removeDeviceNodes(tx, device));
}

async function hasOthersOfQemu(host: Host, domid: number, { toolstack }: Device): Promise<boolean> {
  for (const other of await listDevices(host.store, domid))
    if (other.toolstack !== toolstack && (await needsItsQemu(host, other))) return true;
  return false;
}

async function findDevice(host: Host, domain: Identity, which: DeviceSelector): Promise<KnownDevice> {
  const kind = 'vdev' in which ? 'vbd' : 'vif';
  const devices = await devicesOf(host, domain.domid, kind);
  const found = devices.find(({ id, words }) => {
    if ('mac' in which) return words[0] === which.mac.toLowerCase();
    return id === `${'id' in which ? which.id : (vdevNumber(`${which.vdev}`) ?? '')}`;
  });
  if (found !== undefined) return found;
  const wanted =
    'vdev' in which ? `disk ${which.vdev}` : `network device ${'mac' in which ? which.mac : which.id}`;
  const there = devices.map(({ words }) => words.join(' '));
  throw new VmToolsError({
    code: 'DOMAIN_NO_DEVICE',
    kind: 'usage',
    message: `${domain.name} has no ${wanted}`,
    hint:
      there.length === 0
        ? `it has no ${kind === 'vbd' ? 'disks' : 'network devices'} at all`
        : `name one that it has: ${there.join(', ')}`,
    details: { devices: there },
  });
}

/** Its devices of a kind with what people call them: a disk "xvdb 51728", a network device "00:16:3e:… 1". */
async function devicesOf({ store }: Host, domid: number, kind: 'vbd' | 'vif'): Promise<KnownDevice[]> {
  const devices = (await listDevices(store, domid)).filter((device) => device.kind === kind);
  return Promise.all(
    devices.map(async (device) => {
      const word = await store.read(`${device.toolstack}/${kind === 'vbd' ? 'dev' : 'mac'}`);
      return { ...device, kind, words: [...(word === undefined ? [] : [word.toLowerCase()]), device.id] };
    }),
  );
}
