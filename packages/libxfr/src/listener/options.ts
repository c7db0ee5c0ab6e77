import type { VmToolsError } from '@vm-tools/errors';
import type { LimiterNode, Schedule } from '@vm-tools/ratelimit';
import type { TransferEvent, TransferSummary } from '../events.ts';
import type { TransferId } from '../journal/record.ts';
import type { PeerOptions } from '../options.ts';
import type { GuestPlace, Offer, Target, WantedGuest } from '@vm-tools/ports';
import type { Admission } from '../target/admission.ts';
import type { Transfer } from '../transfer/transfer.ts';
import type { TlsOptions } from '../transport/tls/tls.ts';

/** One connection, and what is known of it by now. */
export interface Session {
  /** counts from 1 */
  readonly session: number;
  /** where it comes from: "10.0.0.1:4711" */
  readonly peer: string;
  /** its name here, when it has proved that */
  readonly who?: string;
  /** of the transfer, when a guest has been offered */
  readonly transfer?: TransferId;
  /** of that guest */
  readonly name?: string;
}

/** An event of a listener. */
export type ListenEvent =
  | ({ readonly type: 'connected' } & Session)
  | ({ readonly type: 'transfer'; readonly event: TransferEvent } & Session)
  | ({ readonly type: 'failed'; readonly error: VmToolsError } & Session)
  /** A connection could not be accepted, for lack of file descriptors for instance; the listener goes on. */
  | { readonly type: 'accept-failed'; readonly error: VmToolsError };

/**
 * The addresses at which guests are received, the peers that may send them, how many at the same time, and their
 * target.
 */
export interface ListenOptions extends Omit<PeerOptions, 'onEvent' | 'limiter'> {
  /** paces all guests together, each in turn; each has a limit of its own below it. @default no limit */
  readonly limiter?: LimiterNode | undefined;
  /** an address of this machine. @default "127.0.0.1", which no other machine can reach */
  readonly host?: string | undefined;
  /** 0 picks a free one. @default 8002 */
  readonly port?: number | undefined;
  /** of a unix socket, instead of host and port */
  readonly path?: string | undefined;
  /** a socket that another process has opened, systemd for instance, instead of them */
  readonly fd?: number | undefined;
  /**
   * Lets in only known peers. Not used for a unix socket, whose mode decides which users are let in. @default every
   * caller that reaches the port, in the clear
   */
  readonly tls?: TlsOptions | undefined;
  /**
   * Whether a known peer may send this guest; what it throws refuses the offer. What it returns is disposed of when
   * the transfer has ended, however it did. @default all may send all
   */
  readonly authorise?: ((who: string, offer: Offer) => Promise<Disposable>) | undefined;
  /** One target for each guest that is offered, by a peer of that name; none when it has not proved one. */
  readonly makeTarget: (who?: string) => Target;
  /** Answers a peer that asks where a guest is. @default it is told that this is not known here */
  readonly where?: ((wanted: WantedGuest) => Promise<readonly GuestPlace[]>) | undefined;
  /** guests that are received at the same time; more are refused. @default 4 */
  readonly maxConcurrent?: number | undefined;
  /** Several listeners may have one, and so their places, in common. @default one of its own, with `maxConcurrent` */
  readonly admission?: Admission | undefined;
  /**
   * The limiter of the image that comes in this session; it is disposed of when the session ends. @default `limiter`
   */
  readonly limiterFor?: ((session: Session) => SessionLimiter) | undefined;
  readonly onEvent?: ((event: ListenEvent) => void) | undefined;
  /** Given each guest's transfer once it has begun, to watch and to steer it; `result` says when it is over. */
  readonly onTransfer?: ((transfer: Transfer<TransferSummary | undefined>) => void) | undefined;
}

/** The limiter of a session, until it ends. */
export interface SessionLimiter extends Disposable {
  /** the level above that of the guest: of the peer, or of the whole host */
  readonly limiter: LimiterNode;
  /** the limit of this guest alone */
  readonly rate: Schedule;
}

/** A port or a socket that receives guests, until it is closed. */
export interface Listener extends AsyncDisposable {
  /** how peers call it: "tls://10.0.0.2:8002"; "fd://3" for a unix socket that another process has opened */
  readonly address: string;
  /** empty for a unix socket */
  readonly host: string;
  /** 0 for a unix socket */
  readonly port: number;
  /** guests that are being received now */
  readonly active: number;
  /** Accepts no more, and resolves when those that have begun are through. */
  close(): Promise<void>;
}
