import type { DomainSource } from '@vm-tools/libdomain';

/**
 * Before a peer is called: a domain at which another tool is at work, or of which a transfer is not decided, is
 * reported as that, and not as a peer that cannot be reached.
 *
 * @throws VmToolsError XFR_GUEST_BUSY, XFR_UNRESOLVED and the others of `holdDomain`
 */
export async function requireFree(source: DomainSource, signal: AbortSignal): Promise<void> {
  await (await source.hold(signal))[Symbol.asyncDispose]();
}
