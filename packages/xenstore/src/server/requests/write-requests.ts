import { accessOf, OWNER, parseAccessList, WRITE, type AccessList } from '../tree/access-list.ts';
import { parentOf } from '../tree/path.ts';
import { QUOTA } from '../tree/quota.ts';
import { Refusal } from '../tree/refusal.ts';
import { removeNode } from '../tree/remove-node.ts';
import type { Asker } from './asker.ts';
import { lookUp, lookUpExisting } from './lookup.ts';
import { createNode, writeNodes } from './write-node.ts';

export function write(asker: Asker, path: string, value: string): void {
  const node = lookUp(asker, path, WRITE);
  if (node === undefined) createNode(asker, path, value);
  else writeNodes(asker, [[path, { ...node, value }]]);
  asker.announce({ path, isExact: false });
}

export function mkdir(asker: Asker, path: string): void {
  if (lookUp(asker, path, WRITE) !== undefined) return;
  createNode(asker, path, '');
  asker.announce({ path, isExact: false });
}

export function rm(asker: Asker, path: string): void {
  const node = lookUp(asker, path, WRITE);
  if (node === undefined) {
    // A missing node need not be removed, but there must be a place where it could have been.
    if (asker.store.read(asker.view, parentOf(path)) === undefined) throw new Refusal('ENOENT');
    return;
  }
  if (path === '/') throw new Refusal('EINVAL');
  removeNode(asker.store, asker.view, path, (event) => asker.announce(event));
}

/** @param path of a node, or of what one can watch: "@introduceDomain", "@releaseDomain" */
export function setPermissions(asker: Asker, path: string, texts: readonly string[]): void {
  if (asker.isGuest && texts.length > QUOTA.permissions) throw new Refusal('ENOSPC');
  const permissions = knownOnly(asker, parseAccessList(texts));
  if (path.startsWith('@')) {
    setSpecialPermissions(asker, path, permissions);
    return;
  }
  const node = lookUpExisting(asker, path, WRITE | OWNER);
  const { permissions: permissionsBefore } = node;
  if (asker.isGuest && permissions[0].domid !== permissionsBefore[0].domid) throw new Refusal('EPERM');
  writeNodes(asker, [[path, { ...node, permissions }]]);
  asker.announce({ path, isExact: false, permissionsBefore });
}

function setSpecialPermissions({ store, domid }: Asker, path: string, permissions: AccessList): void {
  const current = store.specialPermissions.get(path);
  if (current === undefined) throw new Refusal('EINVAL');
  if ((accessOf(domid, current) & OWNER) === 0) throw new Refusal('EACCES');
  store.specialPermissions.set(path, permissions);
}

/** Permissions are for domains that exist now: naming another gives them to none. */
function knownOnly({ store: { domains, tree } }: Asker, [owner, ...others]: AccessList): AccessList {
  if (domains.know(owner.domid, tree.nextGeneration) === undefined) throw new Refusal('ENOENT');
  return [
    owner,
    ...others.map((entry) => ({
      ...entry,
      isStale: domains.know(entry.domid, tree.nextGeneration) === undefined,
    })),
  ];
}
