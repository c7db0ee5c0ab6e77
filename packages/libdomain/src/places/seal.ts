import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAside } from '@vm-tools/write-file';
import type { Host } from '../host.ts';

/** Of this host alone. A user who has it can make images whose kernels are loaded from anywhere. */
const KEY = 'var/lib/vm-tools/image.key';
const KEY_BYTES = 32;

/** The part of libxl's JSON that is looked at here, with our additions, which libxl ignores. */
interface SealedConfig {
  readonly c_info?: { readonly uuid?: unknown };
  readonly b_info?: {
    readonly kernel?: unknown;
    readonly ramdisk?: unknown;
    readonly bootloader?: unknown;
    readonly bootloader_args?: unknown;
  };
  readonly disks?: unknown;
  readonly nics?: unknown;
  readonly vfbs?: unknown;
  readonly channels?: unknown;
  readonly p9s?: unknown;
  readonly vm_tools?: { readonly seal?: unknown };
}

/**
 * Makes the configuration of an image one that this host knows again as its own: what it names here may be taken when
 * the domain is restarted after it was restored.
 *
 * @param configJson libxl's JSON of a domain of this host's own
 */
export async function seal({ root }: Pick<Host, 'root'>, configJson: string): Promise<string> {
  const path = join(root, KEY);
  const config = JSON.parse(configJson) as SealedConfig;
  const key = (await readKey(path)) ?? (await makeKey(path));
  return JSON.stringify({ ...config, vm_tools: { seal: sealOf(config, key).toString('hex') } }, null, 4);
}

/** Whether this host has made it, and nothing that counts has been changed since. */
export async function isSealedHere({ root }: Pick<Host, 'root'>, configJson: string): Promise<boolean> {
  let config: SealedConfig | null;
  try {
    config = JSON.parse(configJson.replace(/\0$/, '')) as SealedConfig | null;
  } catch {
    return false;
  }
  const found = config?.vm_tools?.seal;
  const key = await readKey(join(root, KEY));
  if (key === undefined || config === null || typeof found !== 'string') return false;
  const [expected, given] = [sealOf(config, key), Buffer.from(found, 'hex')];
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** The configuration as it is kept with a domain; each image is sealed anew. */
export function withoutSeal(configJson: string): string {
  const config = JSON.parse(configJson.replace(/\0$/, '')) as SealedConfig;
  if (config.vm_tools === undefined) return configJson;
  const { vm_tools: _, ...rest } = config;
  return JSON.stringify(rest, null, 4);
}

/** The guest, what it is started with, and what of the host its devices reach, with their scripts. */
function sealOf(config: SealedConfig, key: Buffer): Buffer {
  const { c_info: create, b_info: build, disks, nics, vfbs, channels, p9s } = config;
  // Without them it is the seal of images that an older release has made.
  const others = [vfbs, channels, p9s].every((list) => list === undefined)
    ? []
    : [vfbs ?? null, channels ?? null, p9s ?? null];
  const named = JSON.stringify([
    ...[create?.uuid ?? null, build?.kernel ?? null, build?.ramdisk ?? null],
    ...[disks ?? null, nics ?? null],
    ...others,
    // At the end, and only where there is one: so that images without one keep their seals.
    ...(build?.bootloader === undefined ? [] : [build.bootloader, build.bootloader_args ?? null]),
  ]);
  return createHmac('sha256', key).update(named).digest();
}

async function readKey(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw thrown;
  }
}

/** However many processes make it at the same time: there is one, and it is whole. */
async function makeKey(path: string): Promise<Buffer> {
  await writeAside(path, randomBytes(KEY_BYTES), { mode: 0o600, folderMode: 0o777, isNew: true });
  return readFile(path);
}
