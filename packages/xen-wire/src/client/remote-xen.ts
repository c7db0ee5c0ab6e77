import type { Duplex } from 'node:stream';
import {
  Channel,
  incomingBytes,
  noBytes,
  outgoingBytes,
  readHello,
  writeHello,
  type HelloOptions,
} from '@vm-tools/ipc/calls';
import type * as Types from '@vm-tools/xc-native';
import type { LongCallName } from '../protocol/calls.ts';
import {
  connectionLost,
  HELLO_ERRORS,
  parseWith,
  protocolError,
  unknownVersion,
} from '../protocol/errors.ts';
import { ShortCalls } from '../protocol/short-calls.ts';
import {
  LONGEST_ANSWER_BYTES,
  LONGEST_REQUEST_BYTES,
  serverHello,
  WIRE_VERSION,
  type Question,
} from '../protocol/messages.ts';
import type { RemoteCallOptions } from './remote-call.ts';
import { RemoteCalls } from './remote-calls.ts';

/** How long a Xen in another process may take. */
export interface RemoteXenOptions {
  /** Ends the wait for the server's first word. */
  readonly signal?: AbortSignal | undefined;
  /** How long the server may take for its first word. @default 30 000 */
  readonly helloMs?: number;
  /** How long a call may take that is not of the long ones. @default 60 000 */
  readonly shortCallMs?: number;
  /** How long the server may take to end an aborted call: longer than Xen's own end there may. @default 60 000 */
  readonly abortGraceMs?: number;
}

/** What a connection is for: bytes of an image are read faster from a `KeptSocket`. */
export type ConnectionUse = 'calls' | 'bytes';

/**
 * The `Xen` that another process serves with `serveXen`.
 *
 * @param connect makes a new connection to it: one for the calls, now, and one for each image
 * @throws VmToolsError XEN_WIRE_VERSION, XEN_WIRE_LOST, XEN_WIRE_TIMEOUT, XEN_WIRE_PROTOCOL, INTERRUPTED; whatever
 * `connect` throws
 */
export async function remoteXen(
  connect: (use: ConnectionUse) => Promise<Duplex>,
  options: RemoteXenOptions = {},
): Promise<Types.Xen> {
  const { helloMs = 30_000, shortCallMs = 60_000, abortGraceMs = 60_000, signal } = options;
  const hello = { limitMs: helloMs, ...HELLO_ERRORS };
  const connection = await connect('calls');
  connection.on('error', () => undefined);
  try {
    await writeHello(connection, { xenWire: WIRE_VERSION }, hello);
    const answer = await readHello(connection, { ...hello, signal });
    const { xenWire, version } = parseWith(serverHello, answer, 'the first line');
    if (xenWire !== WIRE_VERSION) throw unknownVersion(xenWire, WIRE_VERSION);
    if (version === undefined) throw protocolError('the other end does not say which Xen it serves');
    const channel = new Channel(connection, {
      sendBytes: LONGEST_REQUEST_BYTES,
      receiveBytes: LONGEST_ANSWER_BYTES,
      broken: protocolError,
    });
    return new RemoteXen(version, new RemoteCalls(channel, shortCallMs), connect, { hello, abortGraceMs });
  } catch (error) {
    connection.destroy();
    throw error;
  }
}

class RemoteXen extends ShortCalls implements Types.Xen {
  readonly version: Types.XenVersion;
  readonly #calls: RemoteCalls;
  readonly #connect: (use: ConnectionUse) => Promise<Duplex>;
  readonly #limits: { readonly hello: HelloOptions; readonly abortGraceMs: number };

  constructor(
    version: Types.XenVersion,
    calls: RemoteCalls,
    connect: (use: ConnectionUse) => Promise<Duplex>,
    limits: { readonly hello: HelloOptions; readonly abortGraceMs: number },
  ) {
    // Results have been checked against the schema of the call, which has the type of the method.
    super((name, args) => calls.short(name, args));
    this.version = version;
    this.#calls = calls;
    this.#connect = connect;
    this.#limits = limits;
  }

  async domainDestroy(domid: number, options: Types.LongCallOptions = {}): Promise<void> {
    await this.#long('domainDestroy', [domid], { ...options, what: `destroying domain ${domid}` });
  }

  async domainBuild(
    domid: number,
    spec: Types.BuildSpec,
    options: Types.LongCallOptions = {},
  ): Promise<Types.RingFrames> {
    const what = `building domain ${domid}`;
    return (await this.#long('domainBuild', [domid, spec], { ...options, what })) as Types.RingFrames;
  }

  domainSave(domid: number, spec: Types.SaveSpec, options: Types.LongCallOptions = {}): Types.SaveCall {
    const { live, suspend, precopy, into } = spec;
    const decide = async (question: Question): Promise<Types.PrecopyDecision> => {
      if (question.type === 'precopy') return (await precopy?.(question.stats)) ?? 'continue';
      await suspend();
      return 'continue';
    };
    const { attached, attach } = this.#attachment();
    const args = [domid, { live, asksPrecopy: precopy !== undefined, ...(into && { into }) }];
    const done = this.#long('domainSave', args, {
      ...options,
      what: `saving domain ${domid}`,
      decide,
      ...(into === undefined && { attach }),
    });
    const stream = into === undefined ? incomingBytes(attached, done, connectionLost) : noBytes();
    return { stream, done: done as Promise<void> };
  }

  domainDumpcore(domid: number, options: Types.LongCallOptions = {}): Types.DumpCall {
    const { attached, attach } = this.#attachment();
    const what = `dumping domain ${domid}`;
    const done = this.#long('domainDumpcore', [domid], { ...options, what, attach });
    return { stream: incomingBytes(attached, done, connectionLost), done: done as Promise<void> };
  }

  domainRestore(
    domid: number,
    spec: Types.RestoreSpec,
    options: Types.LongCallOptions = {},
  ): Types.RestoreCall {
    const { attached, attach } = this.#attachment();
    const what = `restoring domain ${domid}`;
    const done = this.#long('domainRestore', [domid, spec], { ...options, what, attach });
    return { sink: outgoingBytes(attached, done), done: done as Promise<Types.RingFrames> };
  }

  close(): Promise<void> {
    return this.#calls.close();
  }

  #long(
    name: LongCallName,
    args: unknown[],
    options: Omit<RemoteCallOptions, 'abortGraceMs'>,
  ): Promise<unknown> {
    return this.#calls.long(name, args, { ...options, abortGraceMs: this.#limits.abortGraceMs });
  }

  /** A connection for the bytes of an image, once the server has said the word for it; `attach` ends with it. */
  #attachment(): { attached: Promise<Duplex>; attach: (token: string) => Promise<void> } {
    const { promise: attached, resolve } = Promise.withResolvers<Duplex>();
    const attach = async (token: string): Promise<void> => {
      const data = await this.#connect('bytes');
      const closed = Promise.withResolvers<undefined>();
      // That its reader has given it up is no loss of the connection, though some streams call it an error.
      data.on('error', (error) => error.name !== 'AbortError' && closed.reject(connectionLost(error)));
      data.on('close', () => closed.resolve(undefined));
      closed.promise.catch(() => undefined);
      await writeHello(data, { xenWire: WIRE_VERSION, attach: token }, this.#limits.hello);
      resolve(data);
      await closed.promise;
    };
    return { attached, attach };
  }
}
