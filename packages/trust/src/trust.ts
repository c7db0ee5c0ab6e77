import { readFile } from 'node:fs/promises';
import { fileError, isMissing } from './files/file-error.ts';
import type { TrustFolder } from './files/trust-folder.ts';
import { fingerprintOf } from './fingerprint.ts';
import { readIdentity, type Identity } from './identity/identity.ts';
import { noLongerKnown, ownExpired } from './identity/own-errors.ts';
import { authorise, type Direction, type LivingGuest, type OfferedGuest } from './peers/authorise.ts';
import { checkPeer, type PresentedPeer } from './peers/check-peer.ts';
import { sameHost } from './peers/peer-errors.ts';
import { listPeers, readPeer } from './peers/peers.ts';

/** The parameters of this host for TLS; node:tls takes them as they are. */
export interface Credentials {
  readonly key: string;
  readonly cert: string;
  /**
   * Authorities that vouch for peers; none unless there are some of our own: the authorities of the web do not count
   * here.
   */
  readonly ca: readonly string[];
}

/**
 * The identity of this host and the rules of its peers, for a process that talks to them. Peers and their rules are
 * read again for each connection and each guest, so that a forgotten peer is forgotten at once; the identity when
 * `reload` is called.
 */
export class Trust {
  readonly #folder: TrustFolder;
  readonly #now: () => number;
  readonly #active = new Map<string, readonly LivingGuest[]>();
  #identity: Identity;
  #authorities: string | undefined;

  private constructor(
    folder: TrustFolder,
    now: () => number,
    identity: Identity,
    authorities: string | undefined,
  ) {
    this.#folder = folder;
    this.#now = now;
    this.#identity = identity;
    this.#authorities = authorities;
  }

  /** @throws VmToolsError as `readIdentity`, and XFR_IDENTITY_EXPIRED of kind usage */
  static async open(
    folder: TrustFolder,
    { now = Date.now }: { readonly now?: (() => number) | undefined } = {},
  ): Promise<Trust> {
    return new Trust(folder, now, ...(await read(folder, now)));
  }

  /** Reads the identity again. When that fails, the one that was stays. */
  async reload(): Promise<void> {
    [this.#identity, this.#authorities] = await read(this.#folder, this.#now);
  }

  get identity(): Identity {
    return this.#identity;
  }

  get credentials(): Credentials {
    const { key, certificate: cert } = this.#identity;
    return { key, cert, ca: this.#authorities === undefined ? [] : [this.#authorities] };
  }

  /**
   * The name of the peer that has shown this.
   *
   * @throws VmToolsError as `checkPeer` and `listPeers`; XFR_SAME_HOST (usage) when this host has called itself
   */
  async checkPeer(presented: PresentedPeer): Promise<string> {
    const { certificate, host, address } = presented;
    const isOwn = certificate !== undefined && fingerprintOf(certificate) === this.identity.fingerprint;
    if (host !== undefined && isOwn) throw sameHost({ address, host });
    const peers = await listPeers(this.#folder);
    const hasAuthorities = this.#authorities !== undefined;
    return checkPeer(presented, { peers, now: new Date(this.#now()), hasAuthorities }).name;
  }

  /**
   * Whether this guest may come from that peer, or go to it. The result stands for the guest on its way: dispose of it
   * when the transfer has ended.
   *
   * @param who the peer, as `checkPeer` has named it
   * @param options.livingOf the guests here that came from that peer. @default unknown
   * @throws VmToolsError XFR_PEER_NOT_ALLOWED, XFR_PEER_UNKNOWN (forgotten since it has connected), XFR_PEER_FILE
   */
  async authorise(
    who: string,
    guest: OfferedGuest,
    {
      direction = 'from',
      livingOf,
    }: {
      readonly direction?: Direction;
      readonly livingOf?: (who: string) => Promise<readonly LivingGuest[]>;
    } = {},
  ): Promise<Disposable> {
    const peer = await readPeer(this.#folder, who);
    if (peer === undefined) throw noLongerKnown(who);
    const isCounted = peer.maxDomains !== undefined || peer.maxTotalMemoryMib !== undefined;
    const here = isCounted && direction === 'from' ? await livingOf?.(who) : undefined;
    // From here on no other transfer is authorised in between.
    const active = this.#active.get(who) ?? [];
    const isActive = ({ uuid }: LivingGuest): boolean => active.some((other) => other.uuid === uuid);
    const living = [...active, ...(here ?? []).filter((one) => !isActive(one))];
    authorise(peer, guest, { direction, active: active.length, living });
    if (direction === 'to') return { [Symbol.dispose]: () => undefined };
    const { uuid, memoryBytes, maxMemoryBytes } = guest;
    const entered = { uuid: uuid.toLowerCase(), memoryBytes: Math.max(memoryBytes, maxMemoryBytes) };
    this.#active.set(who, [...active, entered]);
    using taken = new DisposableStack();
    taken.defer(() => this.#leave(who, entered));
    return taken.move();
  }

  #leave(who: string, left: LivingGuest): void {
    const active = (this.#active.get(who) ?? []).filter((other) => other !== left);
    if (active.length > 0) this.#active.set(who, active);
    else this.#active.delete(who);
  }
}

async function read(
  folder: TrustFolder,
  now: () => number,
): Promise<[identity: Identity, authorities: string | undefined]> {
  const identity = await readIdentity(folder);
  // Peers would refuse it one by one, and each would have to be asked why.
  if (now() > identity.validTo.getTime()) throw ownExpired(folder, identity);
  return [identity, await readAuthorities(folder)];
}

async function readAuthorities({ authorities }: TrustFolder): Promise<string | undefined> {
  try {
    return await readFile(authorities, 'utf8');
  } catch (thrown) {
    if (isMissing(thrown)) return undefined;
    throw fileError(thrown, 'read', authorities);
  }
}
