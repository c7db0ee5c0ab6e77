import { dirname } from 'node:path';
import { VmToolsError } from '@vm-tools/errors';
import type { Disk } from '../config/devices/disk.ts';
import { DEFAULT_BRIDGE, DEFAULT_NETWORK_SCRIPT, type Network } from '../config/devices/network.ts';
import { isHere } from '../config/devices/is-here.ts';
import { vncAddress, type Framebuffer } from '../config/devices/framebuffer.ts';
import type { Share } from '../config/devices/share.ts';
import type { DeviceField } from '../config/read-devices.ts';
import type { DomainConfig } from '../config/schema.ts';
import { fileNamedIn } from './backing-file.ts';
import { resolveFolders, whyNotBelow } from './below.ts';
import { fileNotAllowed } from './require-allowed.ts';
import type { PlaceRules } from './rules.ts';

/** Where scripts without a path are. */
const SCRIPTS = '/etc/xen/scripts/';
/** They do what happens without any. */
const USUAL_SCRIPTS: readonly string[] = ['block', DEFAULT_NETWORK_SCRIPT];
/** No other host can call them. */
const OF_THIS_HOST = /^(127\.\d{1,3}\.\d{1,3}\.\d{1,3}|localhost|\[::1\])$/;

type Rule = 'bridges' | 'scripts' | 'backends' | 'listen';

/**
 * Refuses a configuration whose devices reach what its author may not reach: files, folders and devices of this host,
 * bridges, scripts that run as root, driver domains, and addresses that others can call. No more is opened than the
 * header of an allowed image, and a refusal does not tell whether a file exists.
 *
 * @throws VmToolsError DOMAIN_FILE_NOT_ALLOWED, DOMAIN_DEVICE_NOT_ALLOWED of kind usage
 */
export async function requireDevicesAllowed(
  config: Pick<DomainConfig, 'name' | DeviceField>,
  rules: PlaceRules,
): Promise<void> {
  const { name, disks, networks, framebuffers, channels, shares } = config;
  for (const disk of disks) await requireDiskAllowed(name, disk, rules);
  for (const network of networks) requireNetworkAllowed(name, network, rules);
  for (const screen of framebuffers) requireScreenAllowed(name, screen, rules);
  for (const share of shares) await requireShareAllowed(name, share, rules);
  for (const { path, backend } of channels)
    await requireFolder(name, { what: 'channel', path, backend, isSocket: true }, rules);
}

async function requireDiskAllowed(
  name: string,
  { vdev, target, format, script, backend }: Disk,
  rules: PlaceRules,
): Promise<void> {
  const what = `disk ${vdev}`;
  const hasScript = requireScript(name, { what, script }, rules);
  const isElsewhere = requireBackend(name, { what, backend }, rules);
  // An allowed script knows what its words mean, and an allowed driver domain has its own files.
  if (target === '' || hasScript || isElsewhere) return;
  const why = await whyNotBelow(target, await resolveFolders(rules.disks), { isDisk: true });
  if (why !== undefined) throw fileNotAllowed(name, { what, path: target, why, rule: 'disks' });
  const named = await fileNamedIn({ target, format });
  if (named === undefined) return;
  throw fileNotAllowed(name, {
    what,
    path: target,
    rule: 'disks',
    why: `it has ${named}, which could be any file of this host`,
    hint: `make one image of both: qemu-img convert -O ${format} ${target} NEW`,
  });
}

function requireNetworkAllowed(name: string, network: Network, rules: PlaceRules): void {
  const { script, backend, gatewayDevice, bridge } = network;
  const what = 'network device';
  const hasScript = requireScript(name, { what, script }, rules);
  const isElsewhere = requireBackend(name, { what, backend }, rules);
  if (gatewayDevice !== undefined && !hasScript && !isElsewhere)
    throw notAllowed(name, { what, rule: 'scripts', value: `gatewaydev=${gatewayDevice}` });
  const joined = bridge ?? (hasScript ? undefined : DEFAULT_BRIDGE);
  if (joined !== undefined && !isElsewhere && !rules.bridges.includes(joined))
    throw notAllowed(name, { what, rule: 'bridges', value: joined });
}

/** Viewers call a socket of this host, and a window of qemu calls a display that may be anywhere. */
function requireScreenAllowed(name: string, screen: Framebuffer, { listen }: PlaceRules): void {
  const what = 'screen';
  const { vnc = true, sdl = false, display = '' } = screen;
  if (sdl)
    throw notAllowed(name, { what, rule: 'listen', value: `sdl=1${display && `,display=${display}`}` });
  const address = vncAddress(screen).replace(/:\d+$/, '');
  if (vnc && !OF_THIS_HOST.test(address) && !listen.includes(address))
    throw notAllowed(name, { what, rule: 'listen', value: address === '' ? 'every address' : address });
}

/**
 * With "none" and "passthrough" the root of a guest makes links and programs of root in the folder: a link could lead
 * qemu to any other folder of this host, by the time that it opens one that was looked at before.
 */
async function requireShareAllowed(
  name: string,
  { path, backend, securityModel }: Share,
  rules: PlaceRules,
): Promise<void> {
  const what = 'share';
  await requireFolder(name, { what, path, backend }, rules);
  if (!securityModel.startsWith('mapped') && isHere({ backend }))
    throw new VmToolsError({
      code: 'DOMAIN_DEVICE_NOT_ALLOWED',
      kind: 'usage',
      message: `a share of ${name} may not have security_model=${securityModel}: its guest would make files of root here`,
      hint: 'give it security_model=mapped where the guest runs, or create the guest here',
      details: { what, value: securityModel },
    });
}

interface Reached {
  readonly what: string;
  readonly path: string | undefined;
  readonly backend: string | undefined;
  /** qemu makes it, in place of what is there. */
  readonly isSocket?: boolean;
}

async function requireFolder(
  name: string,
  { what, path, backend, isSocket = false }: Reached,
  rules: PlaceRules,
): Promise<void> {
  if (requireBackend(name, { what, backend }, rules) || path === undefined) return;
  const folders = await resolveFolders(rules.folders);
  const why = await whyNotBelow(isSocket ? dirname(path) : path, folders, { isFolder: true });
  if (why !== undefined) throw fileNotAllowed(name, { what, path, why, rule: 'folders' });
}

/** @returns whether it has one that does something else than the usual one */
function requireScript(
  name: string,
  { what, script }: { readonly what: string; readonly script: string | undefined },
  { scripts }: PlaceRules,
): boolean {
  const plain = script === undefined ? undefined : plainName(script);
  if (plain === undefined || USUAL_SCRIPTS.includes(plain)) return false;
  if (scripts.some((allowed) => plainName(allowed) === plain)) return true;
  throw notAllowed(name, { what, rule: 'scripts', value: plain });
}

/** @returns whether another domain than this one serves it */
function requireBackend(
  name: string,
  { what, backend }: { readonly what: string; readonly backend: string | undefined },
  { backends }: PlaceRules,
): boolean {
  if (backend === undefined || isHere({ backend })) return false;
  if (backends.includes(backend)) return true;
  throw notAllowed(name, { what, rule: 'backends', value: backend });
}

/** A script of Xen's own folder goes by its name. */
function plainName(script: string): string {
  const rest = script.startsWith(SCRIPTS) ? script.slice(SCRIPTS.length) : '';
  return rest === '' || rest.includes('/') ? script : rest;
}

function notAllowed(
  name: string,
  { what, rule, value }: { readonly what: string; readonly rule: Rule; readonly value: string },
): VmToolsError {
  return new VmToolsError({
    code: 'DOMAIN_DEVICE_NOT_ALLOWED',
    kind: 'usage',
    message: `a ${what} of ${name} may not have ${value}: it is none of the ${rule} that are allowed to it`,
    hint: `allow it on the host that is to make the device: xfrd trust PEER --allow-${rule} ${value}, or "${rule}" in /etc/vm-tools/places.json`,
    details: { what, rule, value },
  });
}
