import { storeAccess, type StoreAccess } from './access.ts';
import { protocolError } from './errors.ts';
import { runTransaction, type BackOff } from './transaction/transaction.ts';
import { Turns } from './transaction/turns.ts';
import { waitFor, type WaitForOptions } from './watch/wait-for.ts';
import { openWatch, type Watch } from './watch/watch.ts';
import type { Connection } from './wire/connection.ts';
import { nulTerminated } from './wire/strings.ts';

/** A connection to xenstored. Any number of calls may be under way at once. */
export interface Xenstore extends StoreAccess {
  /**
   * Runs `body` in a transaction: all of its writes happen, or none. It runs again when another client changed what it
   * had read, so it must have no other effects. When it throws, nothing is written and the error is passed on. Those of
   * one connection come one after the other: none may wait for another one in its body.
   *
   * @throws VmToolsError XENSTORE_BUSY after many tries
   */
  transaction<T>(
    body: (tx: StoreAccess) => Promise<T>,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<T>;
  /**
   * Watches a path and all below it, or the special paths "@introduceDomain" and "@releaseDomain". It is registered
   * before whatever is asked next on this connection. Ending the loop, or `return()`, unregisters it.
   */
  watch(path: string, options?: { readonly signal?: AbortSignal | undefined }): Watch;
  /**
   * Calls `test` at once and at every change at or below `path`, until it gives something.
   * @throws VmToolsError XENSTORE_TIMEOUT, of kind timeout
   */
  waitFor<T>(path: string, test: () => Promise<T | undefined>, options: WaitForOptions): Promise<T>;
  /** Tells xenstored where a domain's ring is: a gfn (PVH) or mfn (PV), and the event channel port. */
  introduceDomain(domid: number, frame: bigint, port: number): Promise<void>;
  /** Tells xenstored that a domain is gone. */
  releaseDomain(domid: number): Promise<void>;
  /** Tells xenstored that a domain which had shut down to suspend goes on, and may shut down again. */
  resumeDomain(domid: number): Promise<void>;
  isDomainIntroduced(domid: number): Promise<boolean>;
  /** Ends the connection with its watches; calls under way reject with XENSTORE_CLOSED. */
  close(): Promise<void>;
}

export function xenstoreOver(connection: Connection, backOff: BackOff): Xenstore {
  const request = connection.request.bind(connection);
  const turns = new Turns();
  let watches = 0;
  const watch: Xenstore['watch'] = (path, { signal } = {}) => {
    watches += 1;
    return openWatch(connection, String(watches), path, signal);
  };
  return {
    ...storeAccess(request),
    transaction: (body, { signal } = {}) => runTransaction(request, body, { backOff, turns, signal }),
    watch,
    waitFor: (path, test, options) => waitFor(watch(path, { signal: options.signal }), path, test, options),
    async introduceDomain(domid, frame, port) {
      await request('INTRODUCE', [domid, frame, port].map(nulTerminated));
    },
    async releaseDomain(domid) {
      await request('RELEASE', [nulTerminated(domid)]);
    },
    async resumeDomain(domid) {
      await request('RESUME', [nulTerminated(domid)]);
    },
    async isDomainIntroduced(domid) {
      const answer = (await request('IS_DOMAIN_INTRODUCED', [nulTerminated(domid)])).toString();
      if (answer === 'T\0') return true;
      if (answer === 'F\0') return false;
      throw protocolError(`xenstored answered "${answer}" where only T or F can be`);
    },
    close: () => connection.close(),
  };
}
