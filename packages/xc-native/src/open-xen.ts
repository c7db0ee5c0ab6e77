import { VmToolsError } from '@vm-tools/errors';
import { loadLibc } from '@vm-tools/libc';
import { readHostInfo } from './calls/host-info.ts';
import { readVersion } from './calls/version.ts';
import { Helpers } from './helper/helpers.ts';
import { locateHelper } from './helper/locate.ts';
import { socketPair } from './helper/socket-pair.ts';
import { loadNative } from './koffi/native.ts';
import type { Native } from './koffi/native.ts';
import { Libxc } from './libxc.ts';
import { NativeXen } from './native-xen.ts';
import { gatherFacts } from './probe/facts.ts';
import type { HostFacts } from './probe/facts.ts';
import { noPrivilege, refuse, withInstalledVersions } from './probe/refuse.ts';
import type { Libraries } from './prototypes/index.ts';
import {
  NEWEST_VERSION,
  SUPPORTED_VERSIONS,
  majorMinor,
  supportFor,
  unknownVersion,
} from './versions/index.ts';
import type { VersionSupport, Versions } from './versions/shape.ts';
import type { Xen, XenVersion } from './xen.ts';

/** The receiver of libxc's log, and how its helper processes are started and ended. */
export interface OpenXenOptions {
  /** libxc's log lines as they come, "level: text", those of helper processes included */
  readonly onLog?: ((line: string) => void) | undefined;
  /** The file to start helper processes with. @default beside this module: helper/main.ts, bundled xc-helper.js */
  readonly helperPath?: string;
  /** How long an aborted long call may take to tidy up before its helper is killed. @default 30 s */
  readonly abortGraceMs?: number;
  /** The root of the host's file system. @default '/' */
  readonly root?: string;
  /** Other files than the libraries of the running Xen: for tests, which put stubs in their place. */
  readonly libraries?: Partial<Libraries>;
  /** Other versions of Xen than those known here, for tests: short calls alone, as helper processes do not know them. */
  readonly versions?: Versions;
}

/**
 * Opens the hypervisor of this host.
 * @throws VmToolsError of kind 'no-xen': XEN_NOT_RUNNING, XEN_LIBRARY_MISSING, XEN_VERSION_UNKNOWN,
 * XEN_NO_PRIVILEGE; each with a hint
 */
export async function openXen(options: OpenXenOptions = {}): Promise<Xen> {
  const facts = await gatherFacts(options.root ?? '/');
  const refusal = refuse(facts);
  if (refusal !== undefined) throw refusal;

  const versions = options.versions ?? SUPPORTED_VERSIONS;
  const expected =
    facts.version ?? facts.installed.findLast((version) => version in versions) ?? NEWEST_VERSION;
  const support = supportFor(expected, versions);
  const libraries = { ...support.libraries, ...options.libraries };
  const libxc = openLibxc(await load(libraries, support, facts), support, options.onLog);
  try {
    const version = checkVersion(libxc, expected, versions);
    const { onLog, abortGraceMs } = options;
    return new NativeXen(libxc, version, {
      version: expected,
      libraries,
      helpers: new Helpers(options.helperPath ?? locateHelper(), () => socketPair(libxc)),
      cutWrites: async (pid) => (await loadLibc()).forbidFileWrites(pid),
      ...(onLog === undefined ? {} : { onLog }),
      ...(abortGraceMs === undefined ? {} : { abortGraceMs }),
    });
  } catch (error) {
    libxc.close();
    throw error;
  }
}

async function load(libraries: Libraries, support: VersionSupport, facts: HostFacts): Promise<Native> {
  try {
    return await loadNative(libraries, support);
  } catch (error) {
    const isMissing = error instanceof VmToolsError && error.code === 'XEN_LIBRARY_MISSING';
    throw isMissing ? withInstalledVersions(error, facts) : error;
  }
}

function openLibxc(native: Native, support: VersionSupport, onLog: OpenXenOptions['onLog']): Libxc {
  try {
    return Libxc.open(native, support, (line) => onLog?.(line));
  } catch (error) {
    // Root in a container passes the look at the file's mode and is stopped here.
    throw isErrno(error, 'EACCES', 'EPERM') ? noPrivilege(error) : error;
  }
}

/**
 * The hypervisor itself has the last word on its version. A library that speaks another DOMCTL and SYSCTL interface
 * is refused by Xen with EACCES, whatever the version numbers say: a Xen built from another branch, for one.
 */
function checkVersion(libxc: Libxc, expected: string, versions: Versions): XenVersion {
  const version = readVersion(libxc);
  const running = majorMinor(version);
  if (running !== expected) throw unknownVersion(`this host runs Xen ${running}`, running, versions);
  try {
    readHostInfo(libxc);
  } catch (error) {
    if (!isErrno(error, 'EACCES')) throw error;
    const finding = `Xen ${running} refuses the interface of libxenctrl.so.${expected}`;
    throw unknownVersion(finding, running, versions).with({ cause: error });
  }
  return version;
}

function isErrno(error: unknown, ...names: readonly string[]): error is VmToolsError {
  return error instanceof VmToolsError && names.includes(String(error.details['errnoName']));
}
