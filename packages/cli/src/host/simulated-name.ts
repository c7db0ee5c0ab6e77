const SCHEME = 'sim:';

/** The name in `sim:NAME`; undefined for any other host. */
export function simulatedName(hostSpec: string): string | undefined {
  return hostSpec.startsWith(SCHEME) ? hostSpec.slice(SCHEME.length) : undefined;
}
