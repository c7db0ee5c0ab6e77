/** The releases of Debian that a host can be of, with the version of Xen that each has. */
export const RELEASES = {
  bookworm: { debian: 12, xen: '4.17' },
  trixie: { debian: 13, xen: '4.20' },
} as const;

export type Release = keyof typeof RELEASES;

export const releaseNames = Object.keys(RELEASES) as Release[];

export function isRelease(name: string): name is Release {
  return Object.hasOwn(RELEASES, name);
}
