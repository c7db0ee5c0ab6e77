import type { Duplex } from 'node:stream';

/** Two directions of bytes to a peer, whatever carries them: TLS, TCP, a unix socket, ssh, a pair of pipes. */
export interface Connection {
  readonly stream: Duplex;
  /** the other end, for messages: "10.0.0.2:8002" */
  readonly peer: string;
  /** how it is called again, for journals: "tls://10.0.0.2:8002". @default `peer` */
  readonly address?: string;
  /** the name under which it is known here, where the transport can tell */
  readonly who?: string;
  /** no host on the way can read or change the bytes: encrypted, or never outside this machine */
  readonly isConfidential: boolean;
}
