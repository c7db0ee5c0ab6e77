import { VmToolsError } from '@vm-tools/errors';
import type { XenVersion } from '../xen.ts';
import { XEN_4_17 } from './4.17.ts';
import { XEN_4_20 } from './4.20.ts';
import type { VersionSupport, Versions } from './shape.ts';

const KNOWN = { '4.17': XEN_4_17, '4.20': XEN_4_20 } as const satisfies Versions;

/** The Xen versions that can be driven. */
export const SUPPORTED_VERSIONS: Versions = KNOWN;

/** The version to expect where the running one cannot be read before the libraries are open. */
export const NEWEST_VERSION = '4.20' satisfies keyof typeof KNOWN;

/** A feature keeps its bit in every later version, and names are only added: the newest table serves all. */
export const CPU_FEATURE_WORDS = KNOWN[NEWEST_VERSION].cpuFeatures;

/**
 * @param versions to choose from
 * @throws VmToolsError XEN_VERSION_UNKNOWN
 */
export function supportFor(version: string, versions: Versions = SUPPORTED_VERSIONS): VersionSupport {
  const support = Object.hasOwn(versions, version) ? versions[version] : undefined;
  if (support === undefined) throw unknownVersion(`this host runs Xen ${version}`, version, versions);
  return support;
}

/** The error for a version that is not among those known. */
export function unknownVersion(finding: string, version: string, versions: Versions): VmToolsError {
  const known = Object.keys(versions);
  return new VmToolsError({
    code: 'XEN_VERSION_UNKNOWN',
    kind: 'no-xen',
    message: `${finding}; the versions known here are ${known.join(', ')}`,
    hint: `boot the host with Xen ${known.join(' or ')}, or install vm-tools that drive Xen ${version}`,
    details: { version, known },
  });
}

/** "4.17" */
export function majorMinor({ major, minor }: Pick<XenVersion, 'major' | 'minor'>): string {
  return `${major}.${minor}`;
}
