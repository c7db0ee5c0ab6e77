import { duplexPair, type Duplex } from 'node:stream';
import { VmToolsError } from '@vm-tools/errors';
import { answerRequest } from './answer.ts';
import { Client } from './client.ts';
import { dumpTree } from './dump.ts';
import type { RequestHook } from './request-hook.ts';
import { noticeShutdown, releaseDomain } from './requests/domain-life.ts';
import { resetClient } from './requests/watch-requests.ts';
import { Store } from './tree/store.ts';

/** The questions of a xenstored in memory about domains. */
export interface MemoryXenstoredOptions {
  /** The hypervisor's answer. @default every domid that a domain can have */
  readonly domainExists?: (domid: number) => boolean;
}

const DOMID_FIRST_RESERVED = 0x7ff0;

/**
 * A xenstored in memory. It speaks the wire protocol on any stream, and answers dom0 and guests as the C xenstored of
 * Xen 4.17 does. A guest's ring is a stream here, and of the hypervisor it knows what it is told.
 */
export class MemoryXenstored {
  readonly #store: Store;

  constructor({ domainExists = (domid) => domid < DOMID_FIRST_RESERVED }: MemoryXenstoredOptions = {}) {
    this.#store = new Store(domainExists);
  }

  /** A new connection: the client's end of it. Like `serve`. */
  connect(domid = 0, hook: RequestHook = {}): Duplex {
    const [ours, theirs] = duplexPair();
    this.serve(ours, domid, hook);
    return theirs;
  }

  /**
   * Serves a client on this stream until it ends.
   *
   * @param domid of the client: dom0 may do everything, a guest what permissions and quotas let it do
   * @throws VmToolsError XENSTORE_ENOENT when that domain has not been introduced
   */
  serve(stream: Duplex, domid = 0, hook: RequestHook = {}): void {
    const domain = this.#store.domains.introduced(domid);
    if (domain === undefined) throw notIntroduced(domid);
    const client = new Client(stream, domid);
    domain.clients.add(client);
    client.signal.addEventListener('abort', () => {
      resetClient(this.#store, client);
      domain.clients.delete(client);
    });
    client.serve((message) => answerRequest(this.#store, client, message, hook));
  }

  /** The domains that have been introduced, with dom0. */
  get introducedDomains(): number[] {
    return [...this.#store.domains.values()]
      .filter((domain) => domain.isIntroduced)
      .map(({ domid }) => domid);
  }

  /**
   * The hypervisor says that a domain is dying or gone. With it go its connections, its watches and all nodes that it
   * owns; then @releaseDomain tells of it, if it had been introduced. For a domain that is not known this is nothing.
   */
  releaseDomain(domid: number): void {
    releaseDomain(this.#store, domid);
  }

  /** The hypervisor says that a domain has shut down: @releaseDomain tells of it, once until it has been resumed. */
  domainChanged(domid: number): void {
    noticeShutdown(this.#store, domid);
  }

  /** All nodes, a line each, as `xenstore-ls -fp` prints them. */
  dump(): string[] {
    return [...dumpTree(this.#store.tree)];
  }

  /** Drops all clients, as a xenstored that dies would. */
  close(): void {
    for (const { clients } of this.#store.domains.values()) for (const client of clients) client.close();
  }
}

function notIntroduced(domid: number): VmToolsError {
  return new VmToolsError({
    code: 'XENSTORE_ENOENT',
    message: `domain ${domid} has not been introduced to xenstored, which therefore does not know its ring`,
    hint: 'let the toolstack introduce the domain first',
    details: { domid },
  });
}
