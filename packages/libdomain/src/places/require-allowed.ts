import { VmToolsError } from '@vm-tools/errors';
import type { DomainConfig } from '../config/schema.ts';
import { resolveFolders, whyNotBelow } from './below.ts';
import type { PlaceRules } from './rules.ts';

/**
 * Refuses a configuration that names a kernel or a ramdisk which its author may not name. Whether an allowed file exists
 * is another check. Nothing is opened, and a refusal does not tell whether a file exists.
 *
 * @throws VmToolsError DOMAIN_FILE_NOT_ALLOWED of kind usage
 */
export async function requireAllowed(
  { name, kernel, ramdisk }: Pick<DomainConfig, 'name' | 'kernel' | 'ramdisk'>,
  { kernels }: Pick<PlaceRules, 'kernels'>,
): Promise<void> {
  const folders = await resolveFolders(kernels);
  for (const [what, path] of Object.entries({ kernel, ramdisk })) {
    if (path === undefined) continue;
    const why = await whyNotBelow(path, folders);
    if (why !== undefined) throw fileNotAllowed(name, { what, path, why, rule: 'kernels' });
  }
}

interface Refused {
  readonly what: string;
  readonly path: string;
  readonly why: string;
  readonly rule: 'kernels' | 'disks' | 'folders';
  /** where another folder does not help */
  readonly hint?: string;
}

/** The error for a file that a domain from elsewhere may not name. */
export function fileNotAllowed(name: string, { what, path, why, rule, hint }: Refused): VmToolsError {
  return new VmToolsError({
    code: 'DOMAIN_FILE_NOT_ALLOWED',
    kind: 'usage',
    message: `the ${what} ${path} of ${name} may not be taken from there: ${why}`,
    hint:
      hint ??
      `put it into an allowed folder, or allow its folder on the host that is to load it: xfrd trust PEER --allow-${rule} FOLDER, or "${rule}" in /etc/vm-tools/places.json`,
    details: { what, path, rule },
  });
}
