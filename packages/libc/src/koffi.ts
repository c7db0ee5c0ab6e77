/**
 * The one place that knows koffi, for code that calls a library other than the C library: Xen's, systemd's. It is
 * loaded when it is asked for, because most of what an executable does (help, wrong arguments) calls no library.
 *
 * @example
 * ```ts
 * const koffi = await loadKoffi();
 * const notify = koffi.load('libsystemd.so.0').func('int sd_notify(int unset_environment, const char *state)');
 * ```
 *
 * @packageDocumentation
 */

/** A type of C that koffi knows. */
export type TypeObject = import('koffi').TypeObject;

/** The exports of koffi. */
export type Koffi = typeof import('koffi').default;

/**
 * Calls functions of C libraries. koffi's names of types live as long as the process: make types anonymous.
 *
 * @throws an error of Node's where koffi, or its prebuilt part for this platform, is not installed
 */
export async function loadKoffi(): Promise<Koffi> {
  return (await import('koffi')).default;
}
