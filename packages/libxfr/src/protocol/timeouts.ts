/** How long is waited for what, in milliseconds. */
export interface TransferTimeouts {
  /** until a connection to the peer is there. @default 10 000 */
  readonly connectMs: number;
  /** until a caller of a TLS port says anything at all. @default 5 000 */
  readonly firstByteMs: number;
  /** until the peer has shown that it speaks this protocol, and a source what it offers. @default 10 000 */
  readonly handshakeMs: number;
  /** until a peer from which nothing came, not even a PING, is taken for dead. @default 30 000 */
  readonly inactivityMs: number;
  /** between two PINGs while nothing else is sent. @default 5 000 */
  readonly pingMs: number;
  /** until the peer does what is its turn, while it is alive: accept, take data, be ready, start. @default 120 000 */
  readonly answerMs: number;
  /** until the peer has read our last word and hung up. @default 2 000 */
  readonly lingerMs: number;
  /** until a target that is ready, and has lost its source, gives the guest up. @default 60 000 */
  readonly leaseMs: number;
  /**
   * until a source that has committed, and has lost its target, stops asking: longer than a lease. No longer than that
   * it waits for the answer over the connection that it still has, either. @default 120 000
   */
  readonly confirmMs: number;
  /** before it asks again for the first time; twice that before the next, up to 20 times that. @default 500 */
  readonly retryMs: number;
}

/** The defaults. */
export const DEFAULT_TIMEOUTS: TransferTimeouts = {
  connectMs: 10_000,
  firstByteMs: 5_000,
  handshakeMs: 10_000,
  inactivityMs: 30_000,
  pingMs: 5_000,
  answerMs: 120_000,
  lingerMs: 2_000,
  leaseMs: 60_000,
  confirmMs: 120_000,
  retryMs: 500,
};
