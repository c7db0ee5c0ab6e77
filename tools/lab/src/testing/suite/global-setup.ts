import { labAvailability } from '../../availability.ts';
import { attachLab, startLab, type StartOptions } from '../../lab.ts';
import { isRelease, releaseNames } from '../../images/releases.ts';
import { labName, mixedReleases, releaseName, skipReason } from './environment.ts';

/**
 * Boots the two hosts that all lab tests share. A developer who works on a test sets VM_TOOLS_TEST_LAB to the name of a
 * lab that is up already, and waits for no boot.
 */
export default async function setUp(): Promise<void> {
  const given = process.env[labName];
  if (given !== undefined && (await attachLab(given)) !== undefined) return;
  const availability = await labAvailability();
  if (!availability.ok) {
    if (process.env['CI'] === 'true')
      throw new Error(`the lab tests cannot run here: ${availability.reason}`);
    console.warn(`\nlab tests are skipped: ${availability.reason}`);
    process.env[skipReason] = availability.reason;
    return;
  }
  const report = (line: string): void => console.warn(`lab: ${line}`);
  const lab = await startLab({ name: `test-${process.pid}`, release: releaseOfTests(), report });
  // The first domain of a host leaves xenstore's own folders (/libxl, /vm) there, whichever tool makes it.
  await Promise.all(
    lab.hosts.map((host) => host.run('xl create -qp /guests/polite.cfg && xl destroy polite')),
  );
  process.env[labName] = lab.name;
  globalThis.endTestLab = () => lab.down();
}

/** As those who upgrade a pair of hosts have them in the middle of it. */
const MIXED = { a: 'bookworm', b: 'trixie' } as const;

function releaseOfTests(): StartOptions['release'] {
  const name = process.env[releaseName];
  if (name === mixedReleases) return MIXED;
  if (name === undefined || isRelease(name)) return name;
  throw new Error(`${releaseName} is ${name}, and hosts can be of ${releaseNames.join(' or ')}`);
}

declare global {
  var endTestLab: (() => Promise<void>) | undefined;
}
