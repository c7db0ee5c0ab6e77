/** A higher measure shows a bad moment, not a slow machine; and limits of other code, such as of TLS, are fixed. */
const MOST = 8;

/**
 * A limit of a test, for something that takes a small part of `ms` where nothing else runs: the longer, the slower
 * this machine was when the tests were started. Only what hangs reaches it.
 *
 * @returns milliseconds
 */
export function patient(ms: number): number {
  return Math.ceil(ms * Math.min(MOST, Number(process.env['VM_TOOLS_TEST_SLOWNESS'] ?? 1)));
}
