import { VmToolsError } from '@vm-tools/errors';
import type { Layouts } from './abi/layout.ts';
import { LAYOUTS_4_17 } from './abi/layouts/4.17.ts';
import type { Libraries } from './koffi/native.ts';
import type { XenVersion } from './xen.ts';

/** All that differs between Xen versions. libxenctrl and libxenguest promise no stable ABI between them. */
export interface VersionSupport {
  readonly layouts: Layouts;
  readonly libraries: Libraries;
}

/** The Xen versions that can be driven, by "major.minor". */
export const SUPPORTED_VERSIONS: Readonly<Record<string, VersionSupport>> = {
  '4.17': {
    layouts: LAYOUTS_4_17,
    libraries: {
      xenctrl: 'libxenctrl.so.4.17',
      xenguest: 'libxenguest.so.4.17',
      libc: 'libc.so.6',
    },
  },
};

/** What to expect where the running version cannot be read before the libraries are open. */
export const NEWEST_VERSION = '4.17';

/** @throws VmToolsError XEN_VERSION_UNKNOWN */
export function supportFor(version: string): VersionSupport {
  const support = SUPPORTED_VERSIONS[version];
  if (support === undefined) throw unknownVersion(`this host runs Xen ${version}`, version);
  return support;
}

export function unknownVersion(finding: string, version: string): VmToolsError {
  const known = Object.keys(SUPPORTED_VERSIONS).join(', ');
  return new VmToolsError({
    code: 'XEN_VERSION_UNKNOWN',
    kind: 'no-xen',
    message: `${finding}; the versions known here are ${known}`,
    hint:
      `To add it: put its struct layouts into packages/xc-native/src/abi/layouts/${version}.ts, name it in ` +
      'src/versions.ts, and run the tests of tools/abi against the headers of its libxen-dev.',
    details: { version, known: Object.keys(SUPPORTED_VERSIONS) },
  });
}

/** "4.17" */
export function majorMinor({ major, minor }: Pick<XenVersion, 'major' | 'minor'>): string {
  return `${major}.${minor}`;
}
