import { VmToolsError } from '@vm-tools/errors';
import type { CreateDomainSpec, HostInfo } from '@vm-tools/xc-native';
import { refuse } from '../refuse.ts';

/** What Xen looks at when it makes a domain. */
export type CreationHost = HostInfo['capabilities'] & {
  readonly vpmu: boolean;
  readonly limitsGrants: boolean;
};

/** HVM_MAX_VCPUS and MAX_VIRT_CPUS of x86 */
const MOST_VCPUS = { pvh: 128, pv: 8192 } as const;
/** The limits of a Xen that is booted without gnttab_max_frames and gnttab_max_maptrack_frames. */
export const MOST_GRANT_FRAMES = 64;
export const MOST_MAPTRACK_FRAMES = 1024;
/** Xen keeps a pointer for each frame that there may be: more than these it does not get in one piece. */
const ALLOCATED_FRAMES = 2 ** 24;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Xen's rules for a new domain: sanitise_domain_config, arch_sanitise_domain_config, shadow_domain_init and
 * grant_table_init. Since 4.18 the limits of the grant table are the defaults of a domain, and not its most.
 */
export function checkCreation(spec: CreateDomainSpec, has: CreationHost): void {
  const { uuid, type, maxVcpus, hap, grantVersion, nestedVirt = false, vpmu = false } = spec;
  if (!UUID.test(uuid)) throw notUuid(uuid);
  const isPvh = type === 'pvh';
  const wantsHap = isPvh && (hap ?? has.hap);
  const newestGrants = has.gnttabV2 ? 2 : has.gnttabV1 ? 1 : 0;
  const isSound =
    Number.isInteger(maxVcpus) &&
    maxVcpus >= 1 &&
    maxVcpus <= MOST_VCPUS[type] &&
    (isPvh ? has.hvm : has.pv) &&
    (has.hap || !wantsHap) &&
    (wantsHap || !(isPvh && nestedVirt)) &&
    (has.vpmu || !vpmu) &&
    spec.maxGrantFrames !== 0 &&
    (!has.limitsGrants || isWithin(spec, MOST_GRANT_FRAMES, MOST_MAPTRACK_FRAMES));
  if (!isSound) throw refuse('xc_domain_create', 'EINVAL');
  if (!isWithin(spec, ALLOCATED_FRAMES, ALLOCATED_FRAMES)) throw refuse('xc_domain_create', 'ENOMEM');
  if (isPvh && !wantsHap && !has.shadow) throw refuse('xc_domain_create', 'EOPNOTSUPP');
  if (newestGrants === 0 || (grantVersion ?? newestGrants) > newestGrants)
    throw refuse('xc_domain_create', 'EINVAL');
}

/** A negative number is the default. */
function isWithin(
  { maxGrantFrames = -1, maxMaptrackFrames = -1 }: CreateDomainSpec,
  mostGrants: number,
  mostMaptracks: number,
): boolean {
  return maxGrantFrames <= mostGrants && maxMaptrackFrames <= mostMaptracks;
}

/** No errno of Xen's: xc-native refuses it before there is a hypercall. */
function notUuid(text: string): VmToolsError {
  return new VmToolsError({
    code: 'XEN_UUID_SYNTAX',
    kind: 'usage',
    message: `"${text}" is not a UUID`,
    hint: 'write it as 8-4-4-4-12 hexadecimal digits',
  });
}
