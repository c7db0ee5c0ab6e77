import type { Connected } from '../tree/domain-table.ts';
import { absolutePath, checkPath } from '../tree/path.ts';
import { QUOTA } from '../tree/quota.ts';
import { Refusal } from '../tree/refusal.ts';
import type { Store } from '../tree/store.ts';
import type { RegisteredWatch } from '../tree/watch-table.ts';
import type { Asker } from './asker.ts';

export function addWatch(
  { client, store, domid, isGuest }: Asker,
  asked: string,
  token: string,
): RegisteredWatch {
  const path = absolutePath(asked, domid);
  if (!path.startsWith('@')) checkPath(path);
  else if (path.length > QUOTA.pathBytes) throw new Refusal('EINVAL');
  const key = keyOf(path, token);
  if (client.watches.has(key)) throw new Refusal('EEXIST');
  const domain = store.domains.get(domid);
  if (isGuest && domain !== undefined && domain.watches > QUOTA.watches) throw new Refusal('E2BIG');
  const watch = { client, path, token, isRelative: path !== asked };
  client.watches.set(key, watch);
  store.watches.add(watch);
  if (domain !== undefined) domain.watches += 1;
  return watch;
}

export function removeWatch({ client, store, domid }: Asker, asked: string, token: string): void {
  const watch = client.watches.get(keyOf(absolutePath(asked, domid), token));
  if (watch === undefined) throw new Refusal('ENOENT');
  forgetWatch(store, watch);
}

/** Watches and transactions go when a connection ends, and when its domain begins anew. */
export function resetClient(store: Store, client: Connected): void {
  for (const watch of client.watches.values()) forgetWatch(store, watch);
  client.transactions.clear();
}

function forgetWatch(store: Store, watch: RegisteredWatch): void {
  watch.client.watches.delete(keyOf(watch.path, watch.token));
  store.watches.delete(watch);
  const domain = store.domains.get(watch.client.domid);
  if (domain !== undefined) domain.watches -= 1;
}

/** No path and no token has a NUL. */
function keyOf(path: string, token: string): string {
  return `${path}\0${token}`;
}
