import { throwIfAborted, VmToolsError } from '@vm-tools/errors';
import type { Host } from '../../host.ts';
import { backendPlace } from '../backend/backend-place.ts';
import type { Device } from '../nodes/list-devices.ts';
import { scriptsRunHere } from './scripts-run-here.ts';

/** As libxl has it (LIBXL_HOTPLUG_TIMEOUT); udev's scripts have the same time. */
const UDEV_LIMIT_MS = 40_000;

/** What a kind of device tells its script. */
export interface HotplugCall {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The script of a device as the toolstack wrote it down, where no guest can change it. */
async function scriptOf({ store }: Host, { toolstack }: Device): Promise<string | undefined> {
  return store.read(`${toolstack}/script`);
}

/**
 * Runs the script that sets up the host's side of a device: a loop device, a port of a bridge. Where udev runs scripts
 * it is only waited for. A device of a driver domain is set up there.
 *
 * @throws DOMAIN_DEVICE_SCRIPT with the script's own words; DOM0_SCRIPT_MISSING, DOM0_SCRIPT_TIMEOUT
 */
export async function setUp(
  host: Host,
  device: Device,
  call: HotplugCall,
  signal: AbortSignal,
): Promise<void> {
  const place = backendPlace(device);
  const script = await scriptOf(host, device);
  if (place === undefined || place.backendDomid !== 0 || script === undefined) return;
  const status = `${device.backend}/hotplug-status`;
  if (!(await scriptsRunHere(host))) {
    await host.store.waitFor(status, async () => (await host.store.read(status)) || undefined, {
      timeoutMs: UDEV_LIMIT_MS,
      signal,
      what: `udev to set up ${device.kind} ${device.id}`,
    });
  } else {
    const { status: exit, lastWords } = await host.dom0.runScript(scriptRun(script, place, call), { signal });
    if (exit !== 0) throw await refused(host, device, script, `exit status ${exit}`, lastWords);
  }
  const outcome = await host.store.read(status);
  if (outcome === 'error' || outcome === 'busy') throw await refused(host, device, script, outcome, '');
}

/** A loop device may be busy for a moment, and a lock be held. */
const TEAR_DOWN_TRIES = 2;

/**
 * Runs the script that gives back what `setUp` has taken. It is tried twice. As with libxl its failure is no obstacle
 * then: the device goes all the same, or a broken script would keep a domain for ever.
 */
export async function tearDown(
  host: Host,
  device: Device,
  call: HotplugCall,
  signal?: AbortSignal,
): Promise<void> {
  const place = backendPlace(device);
  const script = await scriptOf(host, device);
  if (place === undefined || place.backendDomid !== 0 || script === undefined) return;
  if (!(await scriptsRunHere(host))) return;
  try {
    for (let tries = 0; tries < TEAR_DOWN_TRIES; tries += 1) {
      const { status } = await host.dom0.runScript(scriptRun(script, place, call), { signal });
      if (status === 0) return;
    }
  } catch (thrown) {
    throwIfAborted(signal, `taking ${device.kind} ${device.id} down`);
    const isOfScript = thrown instanceof VmToolsError && thrown.code.startsWith('DOM0_SCRIPT_');
    if (!isOfScript) throw thrown;
  }
}

function scriptRun(
  script: string,
  { backendKind, relative }: { readonly backendKind: string; readonly relative: string },
  { args, env }: HotplugCall,
): Parameters<Host['dom0']['runScript']>[0] {
  const common = {
    script,
    XENBUS_TYPE: backendKind,
    XENBUS_PATH: relative,
    XENBUS_BASE_PATH: 'backend',
  };
  return { path: script, args, env: { ...common, ...env } };
}

/** The node `hotplug-error` has the cause; libxl logs it and then removes it with the device. */
async function refused(
  { store }: Host,
  { kind, id, backend }: Device,
  script: string,
  how: string,
  lastWords: string,
): Promise<VmToolsError> {
  const said = (await store.read(`${backend}/hotplug-error`)) ?? lastWords.trim().split('\n').at(-1) ?? '';
  return new VmToolsError({
    code: 'DOMAIN_DEVICE_SCRIPT',
    message: `the script ${script} could not set up ${kind} ${id}: ${said === '' ? how : said}`,
    hint: 'see /var/log/xen/xen-hotplug.log for all that it said',
    details: { script, backend, lastWords },
  });
}
