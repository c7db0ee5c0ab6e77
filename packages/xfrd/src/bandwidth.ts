import type { Transfer, TransferSummary } from '@vm-tools/libxfr';
import type { SessionLimiter } from '@vm-tools/libxfr/types';
import { createLimiter, followSchedule, type FollowedSchedule, type LimiterNode } from '@vm-tools/ratelimit';
import { isDeepStrictEqual } from 'node:util';
import type { BandwidthSettings } from './config/bandwidth.ts';

interface Peer {
  readonly limiter: LimiterNode;
  readonly followed: FollowedSchedule;
  /** of its sessions that are open */
  count: number;
}

/** A tree of limits: this host, each peer, each transfer. All may follow timetables, and change while they hold. */
export class Bandwidth implements Disposable {
  readonly #host = createLimiter({ rate: Infinity });
  readonly #followed: FollowedSchedule;
  readonly #peers = new Map<string, Peer>();
  readonly #transfers = new Set<Pick<Transfer, 'setRate'>>();
  #settings: BandwidthSettings;

  constructor(settings: BandwidthSettings) {
    this.#settings = settings;
    this.#followed = followSchedule(this.#host, settings.host);
  }

  /** Takes effect at once, also for what is under way, where a limit is another one than before. */
  change(settings: BandwidthSettings): void {
    const before = this.#settings;
    this.#settings = settings;
    const { host, peer, transfer } = settings;
    if (!isDeepStrictEqual(host, before.host)) this.#followed.change(host);
    if (!isDeepStrictEqual(peer, before.peer))
      for (const { followed } of this.#peers.values()) followed.change(peer);
    if (!isDeepStrictEqual(transfer, before.transfer))
      for (const each of this.#transfers) each.setRate(transfer);
  }

  /** The limiter of a session, until it is disposed of. @param name of the peer here, or its address */
  enter(name: string): SessionLimiter {
    const peer = this.#peers.get(name) ?? this.#meet(name);
    peer.count += 1;
    return {
      limiter: peer.limiter,
      rate: this.#settings.transfer,
      [Symbol.dispose]: () => {
        peer.count -= 1;
        if (peer.count > 0) return;
        peer.followed.stop();
        this.#peers.delete(name);
      },
    };
  }

  /** Gives a transfer each new limit for transfers, as long as it lasts. */
  hold(transfer: Pick<Transfer<TransferSummary | undefined>, 'setRate' | 'result'>): void {
    this.#transfers.add(transfer);
    const forget = (): void => void this.#transfers.delete(transfer);
    transfer.result.then(forget, forget);
  }

  #meet(name: string): Peer {
    const limiter = createLimiter({ rate: Infinity, parent: this.#host });
    const peer = { limiter, followed: followSchedule(limiter, this.#settings.peer), count: 0 };
    this.#peers.set(name, peer);
    return peer;
  }

  [Symbol.dispose](): void {
    this.#followed.stop();
    for (const { followed } of this.#peers.values()) followed.stop();
  }
}
