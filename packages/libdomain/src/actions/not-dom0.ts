import { VmToolsError } from '@vm-tools/errors';
import type { Domain } from '../domain.ts';

/** dom0 is the host itself: pausing or destroying it ends everything, this program included. */
export function refuseDom0({ domid }: Pick<Domain, 'domid'>, verb: string): void {
  if (domid !== 0) return;
  throw new VmToolsError({
    code: 'DOMAIN_IS_DOM0',
    kind: 'usage',
    message: `dom0 is this host itself and cannot be ${verb}`,
    hint: 'name another domain; list them with vm-list',
  });
}
