import { isAbsolute } from 'node:path';
import { VmToolsError } from '@vm-tools/errors';
import type { DomainConfig } from '../schema.ts';

/**
 * The kernel that a domain is to start with. One that was saved by xl may have none of its own, or a path that meant
 * something to `xl create` alone.
 *
 * @throws VmToolsError DOMAIN_KERNEL_MISSING, kind usage
 */
export function kernelOf({ name, kernel }: Pick<DomainConfig, 'name' | 'kernel'>): string {
  if (kernel === undefined) throw missing(`the configuration of ${name} names no kernel`);
  if (!isAbsolute(kernel))
    throw missing(`the kernel of ${name} is the relative path ${kernel}, and its folder is not known`);
  return kernel;
}

function missing(message: string): VmToolsError {
  return new VmToolsError({
    code: 'DOMAIN_KERNEL_MISSING',
    kind: 'usage',
    message,
    hint: 'create the domain anew, from a configuration with the path of its kernel',
  });
}
