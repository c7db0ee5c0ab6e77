import type { Host } from '../host.ts';
import { controlPath, domainPath } from '../paths.ts';
import { noteAsked } from './suspend/suspension.ts';

/** A request to a guest that it carries out itself, whatever its operating system (docs/misc/xenstore-paths). */
export type ControlWord = 'poweroff' | 'reboot' | 'suspend';

/** Writes the request where guests look for it. Nothing happens when the domain is not in xenstore any more. */
export async function requestControl(host: Host, domid: number, word: ControlWord): Promise<void> {
  const path = controlPath(domid);
  await host.store.transaction(async (tx) => {
    // A plain write would make the tree of a domain that is gone anew, and no tool would ever remove it.
    if ((await tx.read(domainPath(domid))) === undefined) return;
    const isThere = (await tx.read(path)) !== undefined;
    await tx.write(path, word);
    // A tool that finds the guest after a crash of ours must know that it may still follow.
    if (word === 'suspend') await noteAsked(host, tx, domid);
    // Some guests acknowledge by removing the node. The new one must be theirs to write again.
    if (!isThere) await tx.setPermissions(path, [{ domid, access: 'none' }]);
  });
}

/**
 * Takes the request back, so that a guest that wakes up late does not act on it.
 *
 * @returns whether the guest had seen it: then the word is no longer ours, and there is nothing to take back
 */
export function withdrawControl(host: Host, domid: number, word: ControlWord): Promise<{ acked: boolean }> {
  return withdrawWord(host, controlPath(domid), word);
}

/** The same of any node in which a guest takes words by emptying it. */
export async function withdrawWord(
  { store }: Pick<Host, 'store'>,
  path: string,
  word: string,
): Promise<{ acked: boolean }> {
  return store.transaction(async (tx) => {
    if ((await tx.read(path)) !== word) return { acked: true };
    await tx.write(path, '');
    return { acked: false };
  });
}

/** A guest acknowledges by writing something else, or by removing the node. Not every guest does. */
export async function isAcknowledged({ store }: Host, domid: number, word: ControlWord): Promise<boolean> {
  return (await store.read(controlPath(domid))) !== word;
}
