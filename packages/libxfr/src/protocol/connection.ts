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
  /** what the program at the other end has said beside the bytes, where that is known: the stderr of ssh */
  readonly lastWords?: () => readonly string[];
  /** no host on the way can read or change the bytes: encrypted, or never outside this machine */
  readonly isConfidential: boolean;
  /** `stream` is done with what is written when it calls back, so that the memory may be written again. @default false */
  readonly keepsNothing?: boolean;
}
