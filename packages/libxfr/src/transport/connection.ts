import type { Duplex } from 'node:stream';

/** Two directions of bytes to somebody, whatever carries them: TCP, a unix socket, a pipe pair, later TLS or ssh. */
export interface Connection {
  readonly stream: Duplex;
  /** who is at the other end, for messages: "10.0.0.2:8002" */
  readonly peer: string;
  /** nobody on the way can read or change the bytes: encrypted, or never outside this machine */
  readonly isConfidential: boolean;
}
