import type { PackageVersion } from './version.ts';

/**
 * debian/changelog, from which Debian's tools take version and time. What has changed is in CHANGELOG.md, which the
 * packages have, too.
 *
 * @param maintainer as debian/control has it
 */
export function debianChangelog({ debian, changedAt }: PackageVersion, maintainer: string): string {
  const at = changedAt.toUTCString().replace('GMT', '+0000');
  return `vm-tools (${debian}) unstable; urgency=medium

  * What has changed is in changelog.gz, beside this file.

 -- ${maintainer}  ${at}
`;
}
