/**
 * Client of xenstore, speaking its wire protocol over the socket of xenstored: no library of Xen, no thread.
 *
 * @example
 * ```ts
 * const store = await connectXenstore();
 * await store.transaction(async (tx) => {
 *   const count = Number((await tx.read('/tool/count')) ?? 0);
 *   await tx.write('/tool/count', String(count + 1));
 * });
 * for await (const path of store.watch('/local/domain/5/control')) console.log(path, 'may have changed');
 * ```
 *
 * @packageDocumentation
 */
export { connectXenstore } from './connect.ts';
export type { ConnectOptions } from './connect.ts';
export type { Permission } from './permissions.ts';
export type { StoreAccess } from './access.ts';
export type { WaitForOptions } from './watch/wait-for.ts';
export type { Watch } from './watch/watch.ts';
export type { Xenstore } from './xenstore.ts';
