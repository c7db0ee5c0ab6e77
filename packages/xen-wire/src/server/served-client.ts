import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { VmToolsError } from '@vm-tools/errors';
import { decodeError } from '@vm-tools/ipc';
import { ServedCalls, type Channel } from '@vm-tools/ipc/calls';
import type {
  LongCallOptions,
  PrecopyDecision,
  PrecopyStats,
  RingFrames,
  SaveCall,
  Xen,
} from '@vm-tools/xc-native';
import { CALLS, type CallName, type ShortCallName } from '../protocol/calls.ts';
import { connectionLost, parseWith, protocolError } from '../protocol/errors.ts';
import type { Shaped } from '../protocol/shape.ts';
import { clientMessage, type Question, type ServerMessage } from '../protocol/messages.ts';

/** Tells the client a token, and gives the connection that it brings for it. */
type DataConnection = (signal: AbortSignal, tell: (token: string) => void) => Promise<Duplex>;

/** A call under way. */
interface OpenCall {
  readonly id: number;
  readonly signal: AbortSignal;
}

/** One client and its calls. */
export class ServedClient {
  readonly #xen: Xen;
  readonly #channel: Channel;
  readonly #dataConnection: DataConnection;
  readonly #calls = new ServedCalls((answer) => this.#send(answer));
  /** The questions of calls that the client has not answered yet, by their numbers. */
  readonly #questions = new Map<number, PromiseWithResolvers<PrecopyDecision>>();

  constructor(xen: Xen, channel: Channel, dataConnection: DataConnection) {
    this.#xen = xen;
    this.#channel = channel;
    this.#dataConnection = dataConnection;
  }

  /** @throws VmToolsError XEN_WIRE_PROTOCOL for what no client of ours says: the connection cannot go on */
  receive(value: unknown): void {
    const message = parseWith(clientMessage, value, 'a message');
    const { id, type } = message;
    if (type === 'call') {
      const { call, args } = message;
      const isNew = this.#calls.start(id, (signal) => this.#run(call, args, { id, signal }));
      if (!isNew) throw protocolError(`there is a call ${id} already`);
    } else if (type === 'answer') this.#questions.get(id)?.resolve(message.decision);
    else if (type === 'refuse') this.#questions.get(id)?.reject(decodeError(message.error));
    else this.#calls.abort(id, message.reason && decodeError(message.reason));
  }

  /** Gives up all that is under way: the client has gone. */
  abort(reason: VmToolsError): void {
    this.#calls.abortAll(reason);
    for (const { reject } of this.#questions.values()) reject(reason);
  }

  ended(): Promise<void> {
    return this.#calls.ended();
  }

  async #run(name: CallName, args: unknown[], call: OpenCall): Promise<unknown> {
    const { id, signal } = call;
    const what = `the call ${name}`;
    const options = { signal, onLog: (line: string) => this.#send({ type: 'log', id, line }) };
    switch (name) {
      case 'domainDestroy':
        return this.#xen.domainDestroy(...parseWith(CALLS[name].args, args, what), options);
      case 'domainBuild':
        return this.#xen.domainBuild(...parseWith(CALLS[name].args, args, what), options);
      case 'domainSave':
        return this.#save(call, parseWith(CALLS[name].args, args, what), options);
      case 'domainDumpcore':
        return this.#sendBytes(
          call,
          this.#xen.domainDumpcore(...parseWith(CALLS[name].args, args, what), options),
        );
      case 'domainRestore':
        return this.#restore(call, parseWith(CALLS[name].args, args, what), options);
      default:
        return this.#short(name, parseWith<unknown[]>(CALLS[name].args, args, what));
    }
  }

  #short(name: ShortCallName, args: readonly unknown[]): Promise<unknown> {
    return (this.#xen[name] as (...args: readonly unknown[]) => Promise<unknown>)(...args);
  }

  async #save(
    call: OpenCall,
    [domid, { live, asksPrecopy, into }]: Shaped<typeof CALLS.domainSave.args>,
    options: LongCallOptions,
  ): Promise<void> {
    const { id } = call;
    const suspend = async (): Promise<void> => {
      await this.#ask(call, { type: 'suspend', id });
    };
    const precopy = (stats: PrecopyStats): Promise<PrecopyDecision> =>
      this.#ask(call, { type: 'precopy', id, stats });
    const spec = { live, suspend, ...(asksPrecopy ? { precopy } : {}), into };
    const saving = this.#xen.domainSave(domid, spec, options);
    return into === undefined ? this.#sendBytes(call, saving) : saving.done;
  }

  async #sendBytes(call: OpenCall, { stream, done }: Pick<SaveCall, 'stream' | 'done'>): Promise<void> {
    const sent = this.#attached(call).then(async (data) => {
      data.resume().once('end', () => data.destroy()); // a client says nothing here, unless it has had enough
      await pipeline(stream, data);
    });
    sent.catch(() => stream.destroy()); // pipeline leaves it alone when its target has gone before; `done` has the cause
    await done;
    await sent.catch((error: unknown) => {
      throw connectionLost(error);
    });
  }

  async #restore(
    call: OpenCall,
    [domid, spec]: Shaped<typeof CALLS.domainRestore.args>,
    options: LongCallOptions,
  ): Promise<RingFrames> {
    const { sink, done } = this.#xen.domainRestore(domid, spec, options);
    const attached = this.#attached(call);
    attached.then((data) => pipeline(data, sink)).catch(() => sink.destroy()); // `done` has the cause
    try {
      return await done;
    } finally {
      attached.then((data) => data.destroy()).catch(() => undefined);
    }
  }

  #attached({ id, signal }: OpenCall): Promise<Duplex> {
    return this.#dataConnection(signal, (token) => this.#send({ type: 'attach', id, token }));
  }

  async #ask({ id, signal }: OpenCall, question: Question): Promise<PrecopyDecision> {
    signal.throwIfAborted();
    const asked = Promise.withResolvers<PrecopyDecision>();
    this.#questions.set(id, asked);
    this.#send(question);
    return asked.promise.finally(() => this.#questions.delete(id));
  }

  #send(message: ServerMessage): void {
    this.#channel.send(message);
  }
}
