import type { Domain } from '../domain.ts';
import type { Host } from '../host.ts';
import { cappedPath, FROM_FILE, incomingPath, loggedPath, suspendingPath } from '../paths.ts';

/**
 * The marks that a save or a transfer has not taken back from a guest, as a clause; undefined when there are none. It
 * may still be under way: then a process holds the domain. Of a guest that has ended the marks mean nothing any more.
 */
export async function describeInterrupted(
  { store }: Pick<Host, 'store'>,
  { domid, state }: Pick<Domain, 'domid' | 'state'>,
): Promise<string | undefined> {
  if (['shutdown', 'crashed', 'dying'].includes(state)) return undefined;
  const [suspending, capped, logged] = await Promise.all([
    store.read(suspendingPath(domid)),
    store.read(cappedPath(domid)),
    store.read(loggedPath(domid)),
  ]);
  if (suspending !== undefined && state === 'suspended')
    return 'it was suspended by a command that has ended since';
  if (suspending !== undefined) return 'it was asked to suspend by a command that has ended since';
  if (capped !== undefined) return 'it was slowed down by a command that has ended since';
  return logged === undefined
    ? undefined
    : 'what it writes is logged, which makes it slower, for a command that has ended since';
}

/** The transfer for which a domain is being made, until it is started; none for one that comes from an image. */
export async function incomingTransfer(
  { store }: Pick<Host, 'store'>,
  { domid }: Pick<Domain, 'domid'>,
): Promise<string | undefined> {
  const id = await store.read(incomingPath(domid));
  return id === FROM_FILE ? undefined : id;
}
